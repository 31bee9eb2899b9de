"""What a command of an agent printed: a part for the model, the whole for whoever looks into it later."""

from __future__ import annotations

from bot.blobs import MemoryBlobs
from bot.sandboxes.memory import MemorySandboxes
from workflows.agents.desk import Desk
from workflows.agents.tools.port import ToolResult
from workflows.agents.tools.run import SHOWN, Run, RunArguments
from workflows.ports.sandbox import ExecResult, SandboxSpec
from workflows.printed import Printed, kept
from workflows.tree import Tree

TOKEN = "ghp_" + "0123456789abcdefghijklmnopqrstuvwxyz"


async def ran(result: ExecResult, blobs: MemoryBlobs) -> ToolResult:
    sandboxes = MemorySandboxes()
    sandboxes.on_exec(lambda argv, files, stdin, env: result if argv[0] == "sh" else ExecResult(code=0))
    desk = Desk(Tree({}), sandboxes, SandboxSpec(run="r1"), blobs, lambda path: None)
    return await Run().use(RunArguments(command="make test"), desk)


async def test_what_the_model_is_shown_in_part_is_kept_whole() -> None:
    blobs, long = MemoryBlobs(), "".join(f"line {number}\n" for number in range(SHOWN))
    result = await ran(ExecResult(code=1, stdout=long), blobs)
    assert "characters left out" in result.text
    assert result.whole is not None
    assert await blobs.get(result.whole.printed) == long.encode()
    assert result.whole.bytes == len(long)
    assert ToolResult.model_validate_json(result.model_dump_json()) == result


async def test_what_the_model_is_shown_whole_is_kept_nowhere_else() -> None:
    blobs = MemoryBlobs()
    assert (await ran(ExecResult(code=0, stdout="x" * SHOWN), blobs)).whole is None
    assert not blobs.kept


async def test_what_the_sandbox_has_cut_is_kept_whole_however_little_is_left_to_show() -> None:
    result = await ran(ExecResult(code=0, stdout="", truncated=True), MemoryBlobs())
    assert result.whole is not None


def test_a_result_that_an_earlier_release_recorded_is_still_one() -> None:
    assert ToolResult.model_validate_json('{"text": "(exit code 0)"}').whole is None


async def test_what_is_kept_has_neither_escapes_nor_secrets() -> None:
    blobs, printed = MemoryBlobs(), Printed()
    # In two pieces and with a colour inside, and the other stream in between.
    printed("stdout", f"\x1b[31mtoken={TOKEN[:9]}".encode())
    printed("stderr", b"warning\n")
    printed("stdout", f"\x1b[0m{TOKEN[9:]}\n".encode())
    whole = await kept(printed, blobs)
    said = "[stdout]\ntoken=[redacted: a GitHub token]\n\n[stderr]\nwarning\n"
    assert await blobs.get(whole.printed) == said.encode()


def test_a_flood_is_kept_within_a_bound() -> None:
    printed = Printed(limit=1024)
    for number in range(5_000):
        printed("stdout", f"{number}\n".encode())
    text = printed.text()
    assert len(text) < 1200
    assert text.startswith("0\n1\n")
    assert text.endswith("4998\n4999\n")
    assert "bytes left out" in text
