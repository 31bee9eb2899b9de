"""Controls: a test that does not miss the fix proves nothing, and what it does not miss is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from policies.patch import FileChange, Patch
from tests.unit.fakes import running
from tests.unit.workflows.scene import RED as TRACEBACK
from workflows.ports.sandbox import SandboxSpec
from workflows.proof import trials
from workflows.proof.controls import Controls, HunkSeen, all_fail, fails
from workflows.proof.green import NotGreen
from workflows.proof.harness import Harness
from workflows.proof.red import Red
from workflows.proof.results import Outcome, Results, TestResult
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite
from workflows.proof.trials import try_controls
from workflows.tree import File, Tree

NEW = "tests/test_new.py::test_it"
BASE = """def pages(n):
    return n // 10


def shelves(n):
    return n // 100


def rooms(n):
    return n // 1000
"""
FIXED = BASE.replace("return n // 10\n", "return (n + 9) // 10\n")
BOTH = FIXED.replace("return n // 1000\n", "return (n + 999) // 1000\n")
TREE = Tree({"shelf.py": File(BASE.encode()), "README.md": File(b"Shelf.\n")})
TEST = Patch(changes=(FileChange(path="tests/test_new.py", content="def test_it(): ...\n"),))
RED = Red(tests=(NEW,), files=("tests/test_new.py",), assertion="assert 1 == 2")

Passes = Callable[[str], bool]


def harness(passes: Passes, seen: list[str] | None = None) -> Harness:
    def judge(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        if seen is not None:
            seen.append(files["shelf.py"])
        return {NEW: "passed" if passes(files["shelf.py"]) else TRACEBACK}

    return Harness(running(judge), SandboxSpec(run="r1"), TREE, Suite(Pytest()))


def patch(shelf: str, **others: str) -> Patch:
    changes = [FileChange(path="shelf.py", content=shelf)]
    changes += [FileChange(path=f"{name}.md", content=text) for name, text in others.items()]
    return Patch(changes=tuple(changes))


def pages_of(code: str) -> Callable[[int], int]:
    """`pages` as this code has it, for a judge that asks what it does."""
    found: dict[str, Callable[[int], int]] = {}
    exec(code, found)
    return found["pages"]


def by_behaviour(code: str) -> bool:
    try:
        return pages_of(code)(11) == 2
    except Exception:  # noqa: BLE001 - a mutant may do anything
        return False


async def controls(fix: Patch, passes: Passes, seen: list[str] | None = None) -> Controls:
    verdict = await try_controls(harness(passes, seen), fix, TEST, RED)
    assert isinstance(verdict, Controls), verdict
    return verdict


async def test_a_test_that_passes_without_the_fix_proves_nothing() -> None:
    verdict = await try_controls(harness(lambda code: True), patch(FIXED), TEST, RED)
    assert isinstance(verdict, NotGreen)
    assert verdict.reason == "the repro test does not fail without the fix"


async def test_what_is_only_words_is_left_when_the_code_is_taken_back() -> None:
    """A test that asks what stands in the documentation does not fail, and is found out."""
    seen: list[Mapping[str, str]] = []

    def judge(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        seen.append(files)
        return {NEW: "passed" if "rounds up" in files["README.md"] else TRACEBACK}

    on = Harness(running(judge), SandboxSpec(run="r1"), TREE, Suite(Pytest()))
    verdict = await try_controls(on, patch(FIXED, README="It rounds up.\n"), TEST, RED)
    assert isinstance(verdict, NotGreen)
    assert (seen[0]["shelf.py"], seen[0]["README.md"]) == (BASE, "It rounds up.\n")


async def test_a_place_that_no_test_misses_is_said_to_be_unproven() -> None:
    verdict = await controls(patch(BOTH), by_behaviour)
    assert verdict.hunks == (HunkSeen(at="shelf.py:2", proven=True), HunkSeen(at="shelf.py:10", proven=False))
    assert verdict.unproven == ("shelf.py:10",)
    assert verdict.reverted == "1 failed"


async def test_one_place_alone_is_not_taken_back_twice() -> None:
    seen: list[str] = []
    verdict = await controls(patch(FIXED), by_behaviour, seen)
    assert verdict.hunks == (HunkSeen(at="shelf.py:2", proven=True),)
    assert seen.count(BASE) == 1


async def test_a_test_that_asks_enough_notices_every_small_fault() -> None:
    verdict = await controls(patch(FIXED), lambda code: code == FIXED)
    assert verdict.mutants
    assert verdict.killed == len(verdict.mutants)
    assert all(mutant.at == "shelf.py:2" for mutant in verdict.mutants)


async def test_what_survives_is_told_with_its_line_and_what_was_changed() -> None:
    verdict = await controls(patch(FIXED), lambda code: code != BASE)
    assert verdict.mutants
    assert verdict.killed == 0
    assert any("→" in mutant.change for mutant in verdict.mutants)


async def test_behaviour_decides_which_faults_survive() -> None:
    verdict = await controls(patch(FIXED), by_behaviour)
    assert 0 < verdict.killed <= len(verdict.mutants)


async def test_what_there_was_no_time_for_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "CONTROL_SECONDS", -1.0)
    verdict = await controls(patch(BOTH), by_behaviour)
    assert (verdict.hunks, verdict.mutants) == ((), ())
    (said,) = verdict.left_out
    assert said.endswith("variants: no time")


# --- what counts as failing -----------------------------------------------------------------------------


def results(*outcomes: Outcome) -> Results:
    tests = tuple(TestResult(id=f"t{number}", outcome=outcome) for number, outcome in enumerate(outcomes))
    return Results(command=(), tests=tests)


BROKE = Results(command=(), complaint="it broke")
PASSED, FAILED, ERROR, SKIPPED = Outcome


@pytest.mark.parametrize(
    ("now", "notices", "all_of_it"),
    [
        (results(FAILED, FAILED), True, True),
        (results(FAILED, PASSED), True, False),
        (results(PASSED, PASSED), False, False),
        (results(FAILED, ERROR), True, False),
        (results(PASSED, SKIPPED), True, False),
        (results(FAILED), True, False),
        (BROKE, True, False),
    ],
)
def test_a_fault_is_noticed_by_any_test_and_a_fix_taken_back_is_missed_by_all(
    now: Results, notices: bool, all_of_it: bool
) -> None:
    assert fails(now, ["t0", "t1"]) is notices
    assert all_fail(now, ["t0", "t1"]) is all_of_it
