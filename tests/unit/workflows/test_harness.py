"""The harness: a fresh sandbox for each run, destroyed whatever happens, and a report read within bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.sandboxes.memory import MemorySandboxes
from policies.patch import FileChange, Patch
from tests.unit.fakes import running
from workflows.errors import SandboxBroken
from workflows.ports import ExecResult, SandboxSpec
from workflows.proof.harness import Harness
from workflows.proof.runners.pytest import Pytest
from workflows.tree import File, Tree

TREE = Tree({"shelf.py": File(b"old"), "tests/test_a.py": File(b"")})


def harness(sandboxes: MemorySandboxes) -> Harness:
    return Harness(sandboxes, SandboxSpec(run="r1"), TREE, Pytest())


async def test_tests_run_on_the_base_with_the_patch_and_nothing_else() -> None:
    seen: list[Mapping[str, str]] = []

    def judge(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        seen.append(dict(files))
        return {"tests/test_a.py::test_it": "passed"}

    sandboxes = running(judge)
    (ran,) = await harness(sandboxes).run(Patch(changes=(FileChange(path="shelf.py", content="new"),)))
    assert seen == [{"shelf.py": "new", "tests/test_a.py": ""}]
    assert ran.results.summary() == "1 passed"
    assert ran.facts.kind == "memory"
    assert sandboxes.boxes == {}


async def test_each_time_is_a_sandbox_of_its_own_with_another_seed_and_another_report() -> None:
    sandboxes = running(lambda files, wanted: {})
    seeds: list[str] = []
    reports: list[str] = []

    def watch(
        argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
    ) -> ExecResult | None:
        if argv[0] == "python":
            assert not any(name.startswith(".redfirst") for name in files)
            seeds.append(env["PYTHONHASHSEED"])
            reports.extend(part for part in argv if part.startswith("--junitxml"))
        return None

    sandboxes.on_exec(watch)
    ran = await harness(sandboxes).run(Patch(), ["tests/test_a.py"], times=3)
    assert seeds == ["0", "1", "2"]
    assert len(set(reports)) == 3
    assert {one.results.command for one in ran} == {ran[0].results.command}
    assert "--junitxml=report.xml" in ran[0].results.command


async def test_a_repository_that_cannot_be_unpacked_is_a_broken_sandbox_and_leaves_none_behind() -> None:
    sandboxes = MemorySandboxes()
    sandboxes.on_exec(lambda argv, files, stdin, env: ExecResult(code=2, stderr="tar: no space\n"))
    with pytest.raises(SandboxBroken, match="could not be unpacked in the sandbox: tar: no space"):
        await harness(sandboxes).run(Patch())
    assert sandboxes.boxes == {}


async def test_a_run_that_takes_too_long_is_a_complaint() -> None:
    sandboxes = running(lambda files, wanted: {})
    late = ExecResult(code=None, timed_out=True)
    sandboxes.on_exec(lambda argv, files, stdin, env: late if argv[0] == "python" else None)
    (ran,) = await harness(sandboxes).run(Patch())
    assert ran.results.complaint == "the tests took too long and were stopped"


async def test_a_report_that_is_too_large_is_a_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    from workflows.proof import harness as module

    monkeypatch.setattr(module, "REPORT_LIMIT", 10)
    (ran,) = await harness(running(lambda files, wanted: {})).run(Patch())
    assert ran.results.complaint.startswith("the test run left no report")
