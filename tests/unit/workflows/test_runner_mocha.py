"""mocha, as it really runs: what it reports, and what code that wants to be taken for right cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.workflows.javascript.forging import FORGERIES, forged
from tests.unit.workflows.javascript.running import Bench, outcomes, refused
from workflows.proof.results import Frame, Outcome
from workflows.proof.runners.mocha import Mocha

PROJECT = {
    "package.json": '{"scripts": {"test": "mocha --bail --reporter dot"}}',
    "src/shelf.js": """
        exports.total = (prices) => prices.reduce((sum, price) => sum + price, 1);
        exports.first = (prices) => prices[0].amount;
    """,
    "src/unused.js": "exports.idle = () => 0; exports.idle();",
}
AT = "test/shelf.js::"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, Mocha())


def test_each_test_is_told_with_its_failure_and_where_that_came_from(bench: Bench) -> None:
    results = bench.run(
        {
            **PROJECT,
            "test/shelf.js": """\
                const assert = require("node:assert");
                const { expect } = require("chai");
                const { total, first } = require("../src/shelf.js");
                require("../src/unused.js");
                it("adds up", () => expect(total([1])).to.equal(1));
                it("adds up for node", () => assert.equal(total([1]), 1));
                it("has a first", async () => { await null; first([]); });
                it("is fine", () => {});
                it.skip("is left out", () => {});
                it("comes later");
                describe("a shelf", () => { it("is fine", () => {}); });
                describe("a broken hook", () => {
                    beforeEach(() => { throw new TypeError("no shelf"); });
                    it("is not asked", () => {});
                });
                describe("all of a broken hook", () => {
                    before(() => { throw new TypeError("no shelf"); });
                    it("never runs", () => {});
                });
                it("takes too long", function (done) { this.timeout(20); });
            """,
        },
        trace=True,
    )
    assert outcomes(results) == {
        f"{AT}adds up": Outcome.FAILED,
        f"{AT}adds up for node": Outcome.FAILED,
        f"{AT}has a first": Outcome.FAILED,
        f"{AT}is fine": Outcome.PASSED,
        f"{AT}is left out": Outcome.SKIPPED,
        f"{AT}comes later": Outcome.SKIPPED,
        f"{AT}takes too long": Outcome.ERROR,
        f"{AT}a shelf::is fine": Outcome.PASSED,
        f"{AT}a broken hook::is not asked": Outcome.ERROR,
        f"{AT}all of a broken hook::never runs": Outcome.ERROR,
    }
    told = results.by_id()
    adds, crash = told[f"{AT}adds up"], told[f"{AT}has a first"]
    assert (adds.error, adds.asserted, adds.message) == ("AssertionError", True, "expected 2 to equal 1")
    assert adds.frames == (Frame(file="test/shelf.js", line=5),)
    assert (crash.error, crash.asserted) == ("TypeError", False)
    assert crash.frames[-1] == Frame(file="src/shelf.js", line=3)
    assert told[f"{AT}adds up for node"].asserted
    assert "src/shelf.js" in adds.touched
    assert "src/unused.js" not in {file for test in results.tests for file in test.touched}
    assert told[f"{AT}is fine"].touched == ()
    assert results.sealed
    assert results.traced


def test_only_what_is_asked_for_runs_under_the_settings_of_the_project(bench: Bench) -> None:
    results = bench.run(
        {
            **PROJECT,
            ".mocharc.json": """
                {"spec": ["specs/*.mjs"], "require": ["./ready.cjs"], "parallel": true, "bail": true}
            """,
            "ready.cjs": "globalThis.shelf = 1;",
            "specs/a.mjs": 'it("a", () => { if (shelf !== 1) throw new Error("not ready"); });',
            "specs/b.mjs": 'it("b", () => {});',
        },
        "specs/a.mjs",
    )
    assert outcomes(results) == {"specs/a.mjs::a": Outcome.PASSED}


def test_flags_for_node_are_given_to_it(bench: Bench) -> None:
    results = bench.run(
        {
            **PROJECT,
            ".mocharc.json": '{"node-option": ["conditions=shelf"]}',
            "test/a.js": """
                it("a", () => { if (!process.execArgv.join().includes("shelf")) throw new Error(); });
            """,
        }
    )
    assert outcomes(results) == {"test/a.js::a": Outcome.PASSED}


def test_a_file_that_cannot_be_loaded_is_a_complaint_since_mocha_then_runs_nothing(bench: Bench) -> None:
    results = bench.run(
        {**PROJECT, "test/a.js": 'require("./nowhere.js");', "test/b.js": 'it("b", () => {});'}
    )
    assert results.complaint.startswith("mocha could not load the tests")
    assert "Cannot find module" in results.complaint


def test_a_tool_that_is_not_installed_is_a_complaint(bench: Bench) -> None:
    runner = Mocha()
    runner.name = "mocha-that-is-not-here"
    (bench.home / "kit").rmdir() if (bench.home / "kit").exists() else None
    assert "is not installed here" in Bench(bench.home, runner).run(PROJECT).complaint


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_forgery_passes(bench: Bench, forgery: str) -> None:
    code = forged(forgery, bench.home, "test/shelf.js")
    results = bench.run(
        {
            **PROJECT,
            "src/shelf.js": f"exports.total = () => {{ {code} return 2; }};",
            "test/shelf.js": """
                const assert = require("node:assert");
                it("works", () => assert.equal(require("../src/shelf.js").total(), 1));
            """,
        },
        "test/shelf.js",
    )
    assert refused(results)
