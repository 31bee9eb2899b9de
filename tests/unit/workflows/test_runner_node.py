"""node:test, as it really runs: what it reports, and what code that wants to be taken for right cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.workflows.javascript.forging import FORGERIES, forged
from tests.unit.workflows.javascript.running import Bench, outcomes, refused
from workflows.proof.results import Frame, Outcome
from workflows.proof.runners.node_test import NodeTest

PROJECT = {
    "package.json": '{"scripts": {"test": "node --test"}}',
    "src/shelf.mjs": """
        export const total = (prices) => prices.reduce((sum, price) => sum + price, 1);
        export const first = (prices) => prices[0].amount;
        export const idle = () => 0;
    """,
    "src/unused.mjs": "export const idle = () => 0; idle();",
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, NodeTest())


def test_an_answer_that_is_no_http_is_a_failure_of_who_gave_it(bench: Bench) -> None:
    results = bench.run(
        {
            "package.json": '{"scripts": {"test": "node --test"}}',
            "src/answer.mjs": """
                const HEAD = ["HTTP/1.1 200 OK", "Content-Length: 2, 3", "", ""];
                export const answer = (socket) => socket.end(HEAD.join("\\r\\n"));
            """,
            "test/answer.test.mjs": """
                import { test } from "node:test";
                import net from "node:net";
                import http from "node:http";
                import { answer } from "../src/answer.mjs";
                test("answers", (t, done) => {
                    const server = net.createServer(answer).listen(0, "127.0.0.1", () => {
                        const asked = http.get({ port: server.address().port, host: "127.0.0.1" });
                        asked.on("close", () => server.close());
                        asked.on("response", () => done()).on("error", done);
                    });
                });
            """,
        }
    )
    (told,) = results.tests
    assert (told.outcome, told.error, told.asserted) == (Outcome.FAILED, "Error", True)
    assert "Parse Error" in told.message


def test_what_the_project_made_of_a_text_is_the_projects(bench: Bench) -> None:
    results = bench.run(
        {
            "package.json": '{"scripts": {"test": "node --test"}}',
            "src/make.mjs": 'export const make = () => new Function("books", "throw new Error(books)");',
            "test/make.test.mjs": """
                import { test } from "node:test";
                import { make } from "../src/make.mjs";
                test("made", () => make()("none"));
            """,
        }
    )
    (told,) = results.tests
    assert (told.error, told.frames[-1]) == ("Error", Frame(file="src/make.mjs", line=1))


def test_each_test_is_told_with_its_failure_and_where_that_came_from(bench: Bench) -> None:
    results = bench.run(
        {
            **PROJECT,
            "test/shelf.test.mjs": """\
                import { test, describe, it, beforeEach } from "node:test";
                import assert from "node:assert/strict";
                import { total, first } from "../src/shelf.mjs";
                import "../src/unused.mjs";
                test("adds up", () => assert.equal(total([1]), 1));
                test("has a first", () => first([]));
                test("is fine", () => {});
                test.skip("is left out", () => {});
                test.todo("comes later");
                describe("a shelf", () => {
                    it("awaits", async () => { await null; assert.deepEqual(total([]), 0); });
                    it("is fine", () => {});
                });
                describe("a broken hook", () => {
                    beforeEach(() => { throw new TypeError("no shelf"); });
                    it("is not asked", () => {});
                });
                test("outer", (t) => t.test("inner", () => { throw new RangeError("out"); }));
                test("takes too long", { timeout: 20 }, () => new Promise((done) => setTimeout(done, 100)));
            """,
        },
        trace=True,
    )
    at = "test/shelf.test.mjs::"
    assert outcomes(results) == {
        f"{at}adds up": Outcome.FAILED,
        f"{at}has a first": Outcome.FAILED,
        f"{at}is fine": Outcome.PASSED,
        f"{at}is left out": Outcome.SKIPPED,
        f"{at}comes later": Outcome.SKIPPED,
        f"{at}a shelf::awaits": Outcome.FAILED,
        f"{at}a shelf::is fine": Outcome.PASSED,
        f"{at}a broken hook::is not asked": Outcome.ERROR,
        f"{at}outer::inner": Outcome.FAILED,
        f"{at}outer": Outcome.FAILED,
        f"{at}takes too long": Outcome.ERROR,
    }
    told = results.by_id()
    adds, crash = told[f"{at}adds up"], told[f"{at}has a first"]
    assert (adds.error, adds.asserted, adds.message.split("\n")[-1]) == ("AssertionError", True, "2 !== 1")
    assert adds.frames == (Frame(file="test/shelf.test.mjs", line=5),)
    assert (crash.error, crash.asserted) == ("TypeError", False)
    assert crash.frames[-1] == Frame(file="src/shelf.mjs", line=3)
    assert told[f"{at}outer"].error == "RangeError"
    assert "src/shelf.mjs" in adds.touched
    assert "src/unused.mjs" not in adds.touched
    assert results.sealed
    assert results.traced
    assert results.command == ("node", "--test")


def test_a_file_that_cannot_be_loaded_is_an_error_of_the_file(bench: Bench) -> None:
    results = bench.run(
        {
            **PROJECT,
            "test/a.test.mjs": 'import "./nowhere.mjs";',
            "test/b.test.cjs": "const broken = ;",
            "test/c.test.cjs": 'require("node:test")("is fine", () => {});',
            "test/d.test.cjs": "console.log('no tests in here')",
            "test/e.test.mjs": """
                import test from "node:test";
                test("late", () => {});
                throw new Error("now");
            """,
        }
    )
    assert outcomes(results) == {
        "test/a.test.mjs": Outcome.ERROR,
        "test/b.test.cjs": Outcome.ERROR,
        "test/c.test.cjs::is fine": Outcome.PASSED,
        "test/d.test.cjs": Outcome.PASSED,
        "test/e.test.mjs::late": Outcome.PASSED,
        "test/e.test.mjs": Outcome.ERROR,
    }
    assert results.by_id()["test/a.test.mjs"].message.startswith("Cannot find module")
    assert results.by_id()["test/b.test.cjs"].error == "SyntaxError"


def test_only_what_is_asked_for_runs_with_the_flags_of_the_script(bench: Bench) -> None:
    results = bench.run(
        {
            "package.json": '{"scripts": {"test": "node --require ./env.cjs --test checks/*.js"}}',
            "env.cjs": "globalThis.shelf = 1;",
            "checks/a.js": 'require("node:test")("a", () => { if (shelf !== 1) throw 1; });',
            "checks/b.js": 'require("node:test")("b", () => {});',
        },
        "checks/a.js",
    )
    assert outcomes(results) == {"checks/a.js::a": Outcome.PASSED}
    assert results.command == ("node", "--require", "./env.cjs", "--test", "checks/a.js")


def test_no_files_to_look_into_is_a_complaint(bench: Bench) -> None:
    assert bench.run(PROJECT).complaint.startswith("there are no test files")


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_forgery_passes(bench: Bench, forgery: str) -> None:
    code = forged(forgery, bench.home, "test/shelf.test.cjs")
    results = bench.run(
        {
            "package.json": PROJECT["package.json"],
            "shelf.cjs": f"exports.total = () => {{ {code} return 2; }};",
            "test/shelf.test.cjs": """
                const assert = require("node:assert");
                require("node:test")("works", () => assert.equal(require("../shelf.cjs").total(), 1));
            """,
        },
        "test/shelf.test.cjs",
    )
    assert refused(results)


def test_what_says_what_was_expected_is_an_assertion_whoever_throws_it(bench: Bench) -> None:
    results = bench.run(
        {
            **PROJECT,
            "test/shelf.test.mjs": """\
                import { test } from "node:test";
                test("a status", () => { throw new Error('expected 200 "OK", got 404 "Not Found"'); });
                test("a matcher", () => { throw new Error("expect(received).toBe(expected)"); });
                test("a spy", () => { throw Object.assign(new Error("once"), { name: "AssertError" }); });
                test("a fault", () => { throw new Error("there is no shelf"); });
                test("a type", () => { throw new TypeError("expected a string"); });
            """,
        }
    )
    assert [test.asserted for test in results.tests] == [True, True, True, False, False]
