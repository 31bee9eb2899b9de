"""vitest, as it really runs: what it reports, and what code that wants to be taken for right cannot do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.unit.workflows.javascript.forging import OF_ONE_TEST, OF_THE_RUN, forged
from tests.unit.workflows.javascript.running import Bench, outcomes, refused
from workflows.proof.results import Frame, Outcome
from workflows.proof.runners.vitest import Vitest

PACKAGE = '{"type": "module", "scripts": {"test": "vitest --coverage"}}'
AT = "test/shelf.test.ts::"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, Vitest())


def test_each_test_is_told_with_its_failure_and_where_that_came_from(bench: Bench) -> None:
    results = bench.run(
        {
            "package.json": PACKAGE,
            "src/shelf.ts": """\
                interface Priced { amount: number }
                export const total = (prices: number[]) => prices.reduce((sum, price) => sum + price, 1);
                export const first = (prices: Priced[]) => prices[0].amount;
            """,
            "test/b.test.js": 'import "./nowhere.js";',
            "test/c.test.ts": "const broken = ;",
            "test/d.test.js": """
                import { test, expect } from "vitest";
                test("keeps", () => expect({ a: 1 }).toMatchSnapshot());
            """,
            "test/shelf.test.ts": """\
                import assert from "node:assert";
                import { beforeEach, beforeAll, describe, expect, test } from "vitest";
                import { total, first } from "../src/shelf";
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
                describe("all of a broken hook", () => {
                    beforeAll(() => { throw new TypeError("no shelf"); });
                    test("never runs", () => {});
                });
                test("takes too long", () => new Promise(() => {}), 20);
            """,
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
        "test/shelf.test.ts": Outcome.ERROR,
        f"{AT}all of a broken hook::never runs": Outcome.SKIPPED,
        f"{AT}takes too long": Outcome.ERROR,
        "test/b.test.js": Outcome.ERROR,
        "test/c.test.ts": Outcome.ERROR,
        "test/d.test.js::keeps": Outcome.FAILED,
    }
    told = results.by_id()
    adds, crash = told[f"{AT}adds up"], told[f"{AT}has a first"]
    assert (adds.error, adds.asserted) == ("AssertionError", True)
    assert adds.message.startswith("expected 2 to be 1")
    assert adds.frames == (Frame(file="test/shelf.test.ts", line=4),)
    assert (crash.error, crash.asserted) == ("TypeError", False)
    assert crash.frames[-1] == Frame(file="src/shelf.ts", line=3)
    assert told[f"{AT}adds up for node"].asserted
    assert results.sealed
    assert not results.traced


def test_only_what_is_asked_for_runs_in_an_order_of_its_seed(bench: Bench) -> None:
    tests = "".join(f'test("t{number}", () => {{ ran.push({number}); }});' for number in range(8))
    late = (
        'afterAll(() => { if (String(ran) === "0,1,2,3,4,5,6,7") throw new Error("as they are written"); });'
    )
    results = bench.run(
        {
            "package.json": PACKAGE,
            "a.test.js": f'import {{ afterAll, test }} from "vitest"; const ran = []; {tests} {late}',
            "b.test.js": 'import { test } from "vitest"; test("b", () => {});',
        },
        "a.test.js",
        seed=3,
    )
    assert set(outcomes(results)) == {f"a.test.js::t{number}" for number in range(8)}


def test_what_goes_wrong_beside_the_tests_is_an_error(bench: Bench) -> None:
    late = """
        import { test } from "vitest";
        test("a", () => { setTimeout(() => { throw new RangeError("late"); }); });
    """
    results = bench.run({"package.json": PACKAGE, "a.test.js": late})
    assert "late" in {test.message for test in results.tests if test.outcome is Outcome.ERROR}


def forging(bench: Bench, forgeries: Iterable[str]) -> dict[str, str]:
    files = {"package.json": PACKAGE}
    for number, forgery in enumerate(forgeries):
        file = f"test/shelf{number}.test.js"
        files[f"shelf{number}.cjs"] = (
            f"exports.total = () => {{ {forged(forgery, bench.home, file)} return 2; }};"
        )
        files[file] = """
                import { createRequire } from "node:module";
                import { test, expect } from "vitest";
                test("works", async () => {
                    const found = createRequire(import.meta.url)("../shelfN.cjs").total();
                    await new Promise((done) => setTimeout(done, 50));
                    expect(found).toBe(1);
                });
        """.replace("shelfN", f"shelf{number}")
    return files


def test_no_forgery_of_a_test_passes(bench: Bench) -> None:
    results = bench.run(forging(bench, OF_ONE_TEST))
    assert refused(results)
    told = {test.file for test in results.tests}
    assert told >= {f"test/shelf{number}.test.js" for number in range(len(OF_ONE_TEST))}


@pytest.mark.parametrize("forgery", OF_THE_RUN)
def test_no_forgery_of_the_run_passes(bench: Bench, forgery: str) -> None:
    assert refused(bench.run(forging(bench, [forgery])))
