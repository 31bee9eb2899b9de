"""Running a command in the sandbox, to try something out."""

from __future__ import annotations

from pydantic import Field

from workflows.agents.desk import Desk
from workflows.agents.tools.port import Arguments, ToolResult
from workflows.ports import ExecResult

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
        ran = await desk.run(arguments.command, TIMEOUT)
        return ToolResult(text=_told(ran), failed=not ran.ok)


def _told(ran: ExecResult) -> str:
    ending = f"stopped after {TIMEOUT:g} s" if ran.timed_out else f"exit code {ran.code}"
    output = "\n".join(part.strip() for part in (ran.stdout, ran.stderr) if part.strip())
    if len(output) > SHOWN:
        half = SHOWN // 2
        output = f"{output[:half]}\n… {len(output) - SHOWN} characters left out …\n{output[-half:]}"
    return f"{output}\n({ending})" if output else f"({ending})"
