"""jest, as it really runs: what it reports, and what code that wants to be taken for right cannot do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.unit.workflows.javascript.forging import OF_ONE_TEST, OF_THE_RUN, forged
from tests.unit.workflows.javascript.running import Bench, outcomes, refused
from workflows.proof.results import Frame, Outcome
from workflows.proof.runners.jest import Jest

PACKAGE = """{
    "scripts": {"test": "jest --coverage --verbose"},
    "jest": {"coverageThreshold": {"global": {"lines": 100}}}
}"""
PROJECT = {
    "package.json": PACKAGE,
    "src/shelf.js": """
        exports.total = (prices) => prices.reduce((sum, price) => sum + price, 1);
        exports.first = (prices) => prices[0].amount;
    """,
    "src/unused.js": "exports.idle = () => 0; exports.idle();",
    "test/shelf.test.js": """\
        const assert = require("node:assert");
        const { total, first } = require("../src/shelf.js");
        require("../src/unused.js");
        test("adds up", () => expect(total([1])).toBe(1));
        test("adds up for node", () => assert.equal(total([1]), 1));
        test("has a first", async () => { await null; first([]); });
        test("is fine", () => {});
        test.skip("is left out", () => {});
        test.todo("comes later");
        describe("a shelf", () => { test("is fine", () => {}); });
        describe("a broken hook", () => {
            beforeEach(() => { throw new TypeError("no shelf"); });
            test("is not asked", () => {});
        });
        test("takes too long", (done) => {}, 20);
    """,
}
AT = "test/shelf.test.js::"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, Jest())


def test_each_test_is_told_with_its_failure_and_where_that_came_from(bench: Bench) -> None:
    results = bench.run(
        {
            **PROJECT,
            "test/b.test.js": 'require("./nowhere.js");',
            "test/c.test.js": "const broken = ;",
            "test/d.test.js": 'test("keeps", () => expect({ a: 1 }).toMatchSnapshot());',
        }
    )
    assert outcomes(results) == {
        f"{AT}adds up": Outcome.FAILED,
        f"{AT}adds up for node": Outcome.FAILED,
        f"{AT}has a first": Outcome.FAILED,
        f"{AT}is fine": Outcome.PASSED,
        f"{AT}is left out": Outcome.SKIPPED,
        f"{AT}comes later": Outcome.SKIPPED,
        f"{AT}a shelf::is fine": Outcome.PASSED,
        f"{AT}a broken hook::is not asked": Outcome.ERROR,
        f"{AT}takes too long": Outcome.ERROR,
        "test/b.test.js": Outcome.ERROR,
        "test/c.test.js": Outcome.ERROR,
        # What was not there before is not written to please it.
        "test/d.test.js::keeps": Outcome.FAILED,
    }
    told = results.by_id()
    adds, crash = told[f"{AT}adds up"], told[f"{AT}has a first"]
    assert (adds.error, adds.asserted) == ("Error", True)
    assert adds.message.startswith("expect(received).toBe(expected)")
    assert adds.frames == (Frame(file="test/shelf.test.js", line=4),)
    assert (crash.error, crash.asserted) == ("TypeError", False)
    assert crash.frames[-1] == Frame(file="src/shelf.js", line=3)
    nodes = told[f"{AT}adds up for node"]
    assert (nodes.error, nodes.asserted) == ("AssertionError", True)
    assert told["test/b.test.js"].message.startswith("Cannot find module")
    assert results.sealed
    assert results.command == ("npx", "jest")


def test_what_each_test_touches_is_noted_where_it_is_asked_for(bench: Bench) -> None:
    results = bench.run(PROJECT, "test/shelf.test.js", trace=True)
    told = results.by_id()
    assert results.traced
    assert "src/shelf.js" in told[f"{AT}adds up"].touched
    assert "src/unused.js" not in {file for test in results.tests for file in test.touched}
    assert "src/shelf.js" not in told[f"{AT}is fine"].touched


def test_a_passing_run_is_not_held_up_by_what_the_project_asks_of_coverage(bench: Bench) -> None:
    fine = 'require("../src/shelf.js"); test("is fine", () => {});'
    results = bench.run({**PROJECT, "test/shelf.test.js": fine})
    assert outcomes(results) == {f"{AT}is fine": Outcome.PASSED}


def test_modules_and_node_flags_of_the_script_are_kept(bench: Bench) -> None:
    results = bench.run(
        {
            "package.json": """{
                "type": "module",
                "scripts": {"test": "NODE_OPTIONS=--experimental-vm-modules jest"},
                "jest": {"transform": {}}
            }""",
            "shelf.js": "export const total = () => 1;",
            "test/shelf.test.js": """
                import { total } from "../shelf.js";
                test("adds", () => expect(total()).toBe(2));
            """,
        },
        "test/shelf.test.js",
        trace=True,
    )
    assert outcomes(results) == {f"{AT}adds": Outcome.FAILED}
    assert results.tests[0].touched == ("shelf.js",)


def test_no_tests_at_all_is_a_complaint(bench: Bench) -> None:
    assert "No tests found" in bench.run({"package.json": PACKAGE}).complaint


def forging(bench: Bench, forgeries: Iterable[str]) -> dict[str, str]:
    files = {"package.json": PACKAGE}
    for number, forgery in enumerate(forgeries):
        file = f"test/shelf{number}.test.js"
        files[f"shelf{number}.js"] = (
            f"exports.total = () => {{ {forged(forgery, bench.home, file)} return 2; }};"
        )
        files[file] = """
                test("works", async () => {
                    const found = require("../shelfN.js").total();
                    await new Promise((done) => setTimeout(done, 50));
                    expect(found).toBe(1);
                });
        """.replace("shelfN", f"shelf{number}")
    return files


def test_no_forgery_of_a_test_passes(bench: Bench) -> None:
    results = bench.run(forging(bench, OF_ONE_TEST))
    assert refused(results)
    told = {test.file for test in results.tests}
    assert told == {f"test/shelf{number}.test.js" for number in range(len(OF_ONE_TEST))}


@pytest.mark.parametrize("forgery", OF_THE_RUN)
def test_no_forgery_of_the_run_passes(bench: Bench, forgery: str) -> None:
    assert refused(bench.run(forging(bench, [forgery])))
