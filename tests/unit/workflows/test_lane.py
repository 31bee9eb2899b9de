"""A lane: one sandbox for many runs, and nothing of one of them in the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.sandboxes.memory import MemorySandboxes
from policies.patch import FileChange, Patch
from tests.unit.fakes import running
from workflows.errors import SandboxBroken
from workflows.ports.sandbox import ExecResult, SandboxSpec
from workflows.proof.harness import Harness
from workflows.proof.lane import lane
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite
from workflows.tree import File, Tree

TREE = Tree({"shelf.py": File(b"old"), "gone": File(b"x"), "tests/test_a.py": File(b"")})
FILES = ("tests/test_a.py",)


class Watched:
    """Sandboxes, how many there were, and what each run saw."""

    def __init__(self) -> None:
        self.seen: list[Mapping[str, str]] = []
        self.sandboxes = running(self._judge)
        self.filled = 0
        self.sandboxes.on_exec(self._watch)

    @property
    def harness(self) -> Harness:
        return Harness(self.sandboxes, SandboxSpec(run="r1"), TREE, Suite(Pytest(), ""))

    def _judge(self, files: Mapping[str, str], wanted: Sequence[str]) -> Mapping[str, str]:
        self.seen.append(dict(files))
        return {"tests/test_a.py::test_it": "passed" if files["shelf.py"] == "new" else "assert 1 == 2"}

    def _watch(
        self, argv: Sequence[str], files: dict[str, bytes], stdin: bytes, env: Mapping[str, str]
    ) -> ExecResult | None:
        self.filled += argv[0] == "tar"
        return None


def patch(**contents: str | None) -> Patch:
    return Patch(
        changes=tuple(
            FileChange(path=name if name == "gone" else f"{name}.py", content=content)
            for name, content in contents.items()
        )
    )


async def test_each_run_begins_with_the_same_tree_in_the_one_sandbox_there_is() -> None:
    watched = Watched()
    async with lane(watched.harness) as clean:
        first = await clean.run(patch(shelf="new", added="1"), FILES)
        second = await clean.run(patch(gone=None), FILES)
        third = await clean.run(Patch(), FILES)
    as_it_was = {path: file.content.decode() for path, file in TREE.files.items()}
    assert watched.seen == [
        {**as_it_was, "shelf.py": "new", "added.py": "1"},
        {path: text for path, text in as_it_was.items() if path != "gone"},
        as_it_was,
    ]
    assert [one.results.summary() for one in (first, second, third)] == ["1 passed", "1 failed", "1 failed"]
    assert watched.filled == 1
    assert watched.sandboxes.boxes == {}


async def test_where_a_file_was_there_may_be_a_folder() -> None:
    watched = Watched()
    async with lane(watched.harness) as clean:
        both = Patch(changes=(FileChange(path="gone", content=None), FileChange(path="gone/a", content="")))
        await clean.run(both, FILES)
    assert "gone/a" in watched.seen[0]


async def test_after_a_run_that_broke_the_sandbox_the_next_one_begins_in_another() -> None:
    watched = Watched()
    async with lane(watched.harness) as clean:
        await clean.run(Patch(), FILES)
        await _break(watched.sandboxes)
        await clean.run(patch(shelf="new"), FILES)
    assert watched.filled == 2
    assert [files["shelf.py"] for files in watched.seen] == ["old", "new"]
    assert watched.sandboxes.boxes == {}


async def test_a_lane_that_is_left_by_an_error_leaves_no_sandbox() -> None:
    watched = Watched()
    watched.sandboxes.on_exec(
        lambda argv, files, stdin, env: None if argv[0] == "tar" else ExecResult(code=0, stdout="forged")
    )
    try:
        async with lane(watched.harness) as clean:
            assert (await clean.run(Patch(), FILES)).results.complaint
            raise SandboxBroken("the engine is gone")
    except SandboxBroken:
        assert watched.sandboxes.boxes == {}


async def _break(sandboxes: MemorySandboxes) -> None:
    for box in list(sandboxes.boxes.values()):
        await box.destroy()
