"""The harness: a fresh sandbox for each run, destroyed whatever happens, and a report read within bounds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.sandboxes.memory import MemorySandboxes
from policies.patch import FileChange, Patch
from tests.unit.fakes import running
from workflows.errors import SandboxBroken, UserProblem
from workflows.ports.sandbox import ExecResult, SandboxSpec
from workflows.proof.harness import Harness
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite
from workflows.tree import File, Tree

TREE = Tree({"shelf.py": File(b"old"), "tests/test_a.py": File(b"")})


def harness(sandboxes: MemorySandboxes, folder: str = "") -> Harness:
    tree = Tree({f"{folder}/{path}": file for path, file in TREE.files.items()}) if folder else TREE
    return Harness(sandboxes, SandboxSpec(run="r1"), tree, Suite(Pytest(), folder))


class Watched:
    """Sandboxes in which nothing is found, and what was run in them."""

    def __init__(self) -> None:
        self.sandboxes = running(lambda files, wanted: {})
        self.argvs: list[Sequence[str]] = []
        self.told: list[dict[str, Any]] = []
        self.kits: list[set[str]] = []
        self.seeds: list[str] = []
        self.sandboxes.on_exec(self._watch)

    def _watch(
        self, argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
    ) -> ExecResult | None:
        if argv[0] != "tar":
            self.argvs.append(argv)
            self.told.append(json.loads(stdin))
            self.kits.append({name for name in files if name.startswith("/")})
            self.seeds.append(env["PYTHONHASHSEED"])
        return None


async def test_tests_run_on_the_base_with_the_patch_and_nothing_else() -> None:
    seen: list[Mapping[str, str]] = []

    def judge(files: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
        seen.append(dict(files))
        return {"tests/test_a.py::test_it": "passed"}

    sandboxes = running(judge)
    (ran,) = await harness(sandboxes).run(Patch(changes=(FileChange(path="shelf.py", content="new"),)))
    assert seen == [{"shelf.py": "new", "tests/test_a.py": ""}]
    assert ran.results.summary() == "1 passed"
    assert (ran.results.sealed, ran.facts.kind) == (True, "memory")
    assert sandboxes.boxes == {}


async def test_each_time_is_a_sandbox_of_its_own_with_another_seed_key_and_report() -> None:
    watched = Watched()
    ran = await harness(watched.sandboxes).run(Patch(), ["tests/test_a.py"], times=3)
    assert sorted(watched.seeds) == ["0", "1", "2"]
    assert sorted(told["seed"] for told in watched.told) == [0, 1, 2]
    for name in ("key", "report"):
        assert len({told[name] for told in watched.told}) == 3, name
    assert {one.results.command for one in ran} == {("python", "-m", "pytest", "tests/test_a.py")}


async def test_neither_key_nor_report_is_said_anywhere_but_on_standard_input() -> None:
    watched = Watched()
    await harness(watched.sandboxes).run(Patch())
    (told,), (argv,) = watched.told, watched.argvs
    assert not any(told["key"] in part or told["report"] in part for part in argv)


async def test_what_belongs_to_the_harness_lies_beside_the_workspace() -> None:
    watched = Watched()
    await harness(watched.sandboxes).run(Patch())
    (kit,) = watched.kits
    assert {name.rpartition("/")[2] for name in kit} == set(Pytest().kit())
    assert all(name.startswith("/tmp/redfirst-") for name in kit)


async def test_which_files_are_touched_is_noted_only_where_it_is_asked_for() -> None:
    watched = Watched()
    on = harness(watched.sandboxes)
    await on.run(Patch(), trace=True)
    await on.run(Patch())
    assert [told["trace"] for told in watched.told] == [True, False]


async def test_a_project_in_a_folder_is_run_there_and_its_paths_are_from_the_root() -> None:
    watched = Watched()
    watched.sandboxes = running(lambda files, wanted: {f"{wanted[0]}::test_it": "passed"})
    watched.sandboxes.on_exec(watched._watch)  # pyright: ignore[reportPrivateUsage]
    (ran,) = await harness(watched.sandboxes, "api").run(Patch(), ["api/tests/test_a.py"])
    (argv,) = watched.argvs
    assert list(argv[:2]) == ["sh", "-c"]
    assert (argv[3], argv[-1]) == ("/workspace/api", "tests/test_a.py")
    assert [test.id for test in ran.results.tests] == ["api/tests/test_a.py::test_it"]
    assert ran.results.tests[0].file == "api/tests/test_a.py"


async def test_one_that_breaks_stops_the_others_and_leaves_none_behind() -> None:
    sandboxes = running(lambda files, wanted: {})
    broke: list[int] = []

    def once(
        argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
    ) -> ExecResult | None:
        if argv[0] == "tar" and not broke:
            broke.append(1)
            return ExecResult(code=2, stderr="tar: broken pipe")
        return None

    sandboxes.on_exec(once)
    with pytest.raises(SandboxBroken):
        await harness(sandboxes).run(Patch(), times=3)
    assert sandboxes.boxes == {}


async def test_a_repository_that_cannot_be_unpacked_is_a_broken_sandbox_and_leaves_none_behind() -> None:
    sandboxes = MemorySandboxes()
    sandboxes.on_exec(lambda argv, files, stdin, env: ExecResult(code=2, stderr="tar: unexpected end\n"))
    with pytest.raises(SandboxBroken, match="could not be unpacked in the sandbox: tar: unexpected end"):
        await harness(sandboxes).run(Patch())
    assert sandboxes.boxes == {}


async def test_a_repository_that_is_too_large_is_for_its_people_to_know() -> None:
    sandboxes = MemorySandboxes()
    full = ExecResult(code=2, stderr="tar: a: Cannot write: No space left on device\n")
    sandboxes.on_exec(lambda argv, files, stdin, env: full)
    with pytest.raises(UserProblem, match="does not fit into a sandbox"):
        await harness(sandboxes).run(Patch())


def is_run(argv: Sequence[str]) -> bool:
    return argv[0] == "python"


async def test_a_run_that_takes_too_long_is_a_complaint() -> None:
    sandboxes = running(lambda files, wanted: {})
    late = ExecResult(code=None, timed_out=True)
    sandboxes.on_exec(lambda argv, files, stdin, env: late if is_run(argv) else None)
    (ran,) = await harness(sandboxes).run(Patch())
    assert ran.results.complaint == "the tests took too long and were stopped"


async def test_a_report_that_is_too_large_is_a_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    from workflows.proof import harness as module

    monkeypatch.setattr(module, "REPORT_LIMIT", 10)
    (ran,) = await harness(running(lambda files, wanted: {})).run(Patch())
    assert ran.results.complaint.startswith("the test run left no report")


async def test_a_report_of_somebody_else_is_a_complaint() -> None:
    sandboxes = running(lambda files, wanted: {})

    def forge(
        argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
    ) -> ExecResult | None:
        if not is_run(argv):
            return None
        end = json.dumps({"end": 0, "traced": True, "broken": ""})
        files[json.loads(stdin)["report"]] = f"0 {'0' * 64} {end}\n".encode()
        return ExecResult(code=0)

    sandboxes.on_exec(forge)
    (ran,) = await harness(sandboxes).run(Patch())
    assert ran.results.complaint == "somebody else wrote in the report: its seal is broken"
    assert not ran.results.sealed
