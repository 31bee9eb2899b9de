"""Running a command in the sandbox, to try something out."""

from __future__ import annotations

from pydantic import Field

from workflows.agents.desk import Desk
from workflows.agents.tools.port import Arguments, ToolResult
from workflows.ports.sandbox import ExecResult
from workflows.printed import Printed, kept

TIMEOUT = 120.0
SHOWN = 6_000


class RunArguments(Arguments):
    command: str = Field(description="A shell command; it runs in the repository's root, without network.")


class Run:
    name = "run"
    description = (
        "Run a command in a sandbox that has your changes so far. Files that the command changes are not "
        "kept: use write_file and replace for that."
    )
    arguments = RunArguments

    async def use(self, arguments: RunArguments, desk: Desk) -> ToolResult:
        printed = Printed()
        ran = await desk.run(arguments.command, TIMEOUT, printed)
        output = "\n".join(part.strip() for part in (ran.stdout, ran.stderr) if part.strip())
        # For people: a model asks for less, and so gets what it wanted to see.
        in_part = len(output) > SHOWN or ran.truncated
        whole = await kept(printed, desk.blobs) if in_part else None
        return ToolResult(text=_told(ran, output), whole=whole, failed=not ran.ok)


def _told(ran: ExecResult, output: str) -> str:
    ending = f"stopped after {TIMEOUT:g} s" if ran.timed_out else f"exit code {ran.code}"
    if len(output) > SHOWN:
        half = SHOWN // 2
        output = f"{output[:half]}\n… {len(output) - SHOWN} characters left out …\n{output[-half:]}"
    return f"{output}\n({ending})" if output else f"({ending})"
