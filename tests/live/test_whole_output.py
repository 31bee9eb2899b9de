"""More is printed than a sandbox's result holds: all of it is kept all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.blobs import MemoryBlobs
from tests.contract.sandbox_backends import backend
from workflows.agents.desk import Desk
from workflows.agents.tools.run import Run, RunArguments
from workflows.ports.sandbox import SandboxSpec
from workflows.tree import File, Tree


@pytest.mark.parametrize("kind", ["process", "docker"])
async def test_all_that_a_command_of_an_agent_printed_is_kept(kind: str, tmp_path: Path) -> None:
    sandboxes, blobs = backend(kind, tmp_path).another(), MemoryBlobs()
    desk = Desk(Tree({"a": File(b"a\n")}), sandboxes, SandboxSpec(run="r1"), blobs, lambda path: None)
    try:
        result = await Run().use(RunArguments(command="seq 1 400000; echo oops >&2; exit 3"), desk)
    finally:
        await desk.close()
        await sandboxes.close()
    assert result.text.startswith("1\n2\n")
    assert result.text.endswith("oops\n(exit code 3)")
    assert result.whole is not None
    lines = "".join(f"{number}\n" for number in range(1, 400_001))
    assert await blobs.get(result.whole.printed) == f"[stdout]\n{lines}\n[stderr]\noops\n".encode()
