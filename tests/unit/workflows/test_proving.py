"""Proving a change that is there already: the trials in their order, and the proof that they end with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import pytest

from policies.patch import FileChange, Patch
from tests.unit.fakes import running
from tests.unit.workflows.proved import THE_FIX, THE_TEST, base
from tests.unit.workflows.scene import BUG, EASY, FIXED, NEW, RED, bare, honest
from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project
from workflows.proof.harness import Harness
from workflows.proof.proving import About, Change, Trial, on_base, parted, prove
from workflows.proof.runners.pytest import Pytest
from workflows.proof.statement import Proof
from workflows.proof.suite import Suite
from workflows.proof.verify import verify
from workflows.tree import File, Tree

ABOUT = About("octo/reds", "b" * 40, "c" * 40, Project(), "0.2.0")


async def proven(
    test: Patch = THE_TEST, fix: Patch = THE_FIX, harness: Harness | None = None, issue: str = ""
) -> list[Trial | Proof]:
    about = dataclasses.replace(ABOUT, issue=issue)
    ground = await on_base(harness or base())
    return [said async for said in prove(ground, Change(test=test, fix=fix), about)]


def patched(path: str, content: str) -> Patch:
    return Patch(changes=(FileChange(path=path, content=content),))


async def test_an_honest_change_goes_through_all_trials_and_ends_with_the_proof() -> None:
    *trials, proof = await proven()
    assert [trial.name for trial in trials if isinstance(trial, Trial)] == [
        "base",
        "red",
        "green",
        "suite",
        "diagnostics",
        "controls",
    ]
    assert all(isinstance(trial, Trial) and trial.holds for trial in trials)
    assert isinstance(proof, Proof)
    assert (proof.red.tests, proof.base_sha, proof.head_sha) == ((NEW,), "b" * 40, "c" * 40)


async def test_its_proof_is_one_that_others_can_verify() -> None:
    proof = (await proven())[-1]
    assert isinstance(proof, Proof)
    checks = [check async for check in verify(base(), Proof.model_validate_json(proof.model_dump_json()))]
    assert all(check.agrees for check in checks), checks


@pytest.mark.parametrize(
    ("test", "fix", "trial", "said"),
    [
        (Patch(), THE_FIX, "red", "there is no test"),
        (patched("tests/test_new.py", EASY), THE_FIX, "red", "the test passes on the unfixed code"),
        (THE_TEST, Patch(), "green", "there is no fix"),
        (THE_TEST, patched("shelf/pages.py", BUG.replace("10", "9")), "green", "the repro test still fails"),
    ],
    ids=["no test", "passes", "no fix", "misses"],
)
async def test_it_ends_with_the_first_trial_that_refuses(
    test: Patch, fix: Patch, trial: str, said: str
) -> None:
    *before, last = await proven(test, fix)
    assert all(isinstance(one, Trial) and one.holds for one in before)
    assert isinstance(last, Trial)
    assert (last.name, last.said, last.holds) == (trial, said, False)
    assert last.feedback


async def test_tests_that_the_suite_finds_by_way_of_another_file_are_not_taken_for_new() -> None:
    """`tests/__main__.py` imports them: there they are called otherwise."""
    path = "tests/test_shelf.py"
    text = "def test_old():\n    assert pages(10) == 1\n"
    more = f"{text}\n\ndef test_it():\n    assert pages(11) == 2\n"

    def judge(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        shown = path if path in wanted else "tests/__main__.py"
        fails = bare(files["shelf/pages.py"]) != bare(FIXED)
        gives = {
            "test_old": "passed",
            "test_it": RED.replace("tests/test_new.py", path) if fails else "passed",
        }
        return {f"{shown}::{name}": said for name, said in gives.items() if f"def {name}" in files[path]}

    tree = Tree({**base().tree.files, path: File(text.encode())})
    harness = dataclasses.replace(base(), sandboxes=running(judge), tree=tree)
    *trials, proof = await proven(patched(path, more), harness=harness)
    assert isinstance(proof, Proof), trials
    assert proof.red.tests == (f"{path}::test_it",)


async def test_a_base_whose_tests_do_not_run_ends_it_at_once() -> None:
    broken = running(honest)
    usage = ExecResult(code=4, stderr="usage")
    broken.on_exec(lambda argv, files, stdin, env: None if argv[0] == "tar" else usage)
    (only,) = await proven(harness=dataclasses.replace(base(), sandboxes=broken))
    assert isinstance(only, Trial)
    assert (only.name, only.holds) == ("base", False)
    assert only.said.startswith("the test run left no report")


def test_what_lies_among_the_tests_is_the_test_and_all_else_the_fix() -> None:
    paths = ("README.md", "shelf/pages.py", "tests/data/pages.json", "tests/test_new.py")
    whole = Patch(changes=tuple(FileChange(path=path, content="x") for path in paths))
    change = parted(whole, Suite(Pytest()))
    assert change.test.paths() == ("tests/data/pages.json", "tests/test_new.py")
    assert change.fix.paths() == ("README.md", "shelf/pages.py")
