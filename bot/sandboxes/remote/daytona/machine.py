"""One sandbox of Daytona, through the toolbox in it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.sandboxes.remote.daytona.problems import told
from bot.sandboxes.remote.host import Known

if TYPE_CHECKING:
    from daytona import AsyncSandbox

    from bot.sandboxes.remote.daytona.host import DaytonaHost

_UPLOAD_SECONDS = 300
_ANSWER_SECONDS = 30


class DaytonaMachine:
    def __init__(self, host: DaytonaHost, sandbox: AsyncSandbox, hosts: Sequence[str] = ()) -> None:
        self._host = host
        self._sandbox = sandbox
        self._known = known_of(sandbox, hosts)
        self._shells: list[str] = []
        """Where nothing runs now."""

    @property
    def known(self) -> Known:
        return self._known

    async def put(self, files: Mapping[str, bytes]) -> None:
        from daytona import FileUpload

        uploads = [FileUpload(content, path) for path, content in files.items()]
        await told(lambda: self._sandbox.fs.upload_files(uploads, timeout=_UPLOAD_SECONDS))

    async def run(self, line: str, heard: Callable[[str], None], *, seconds: float) -> None:
        """In a session, for its plain way to run a command tells nothing before the end."""

        async def work() -> None:
            from daytona import SessionExecuteRequest

            process = self._sandbox.process
            shell = self._shells.pop() if self._shells else await self._shell()
            begun = await process.execute_session_command(
                shell, SessionExecuteRequest(command=line, run_async=True), timeout=_ANSWER_SECONDS
            )
            async with asyncio.timeout(seconds):
                await process.get_session_command_logs_async(shell, begun.cmd_id, heard, _unheard)
            self._shells.append(shell)

        await told(work)

    async def keep(self, name: str) -> str:
        return await self._host.snapshot(self._sandbox, name)

    async def _shell(self) -> str:
        name = f"redfirst-{secrets.token_hex(8)}"
        await self._sandbox.process.create_session(name, request_timeout=_ANSWER_SECONDS)
        return name


def _unheard(_text: str) -> None:
    """Our guest says everything on one stream."""


def known_of(sandbox: AsyncSandbox, hosts: Sequence[str] = ()) -> Known:
    sealed = sandbox.network_block_all is True
    if hosts:
        sealed = set((sandbox.domain_allow_list or "").split(",")) == set(hosts)
    kind = sandbox.sandbox_class or "sandbox"
    about = f"Daytona {kind} of {sandbox.cpu} CPU and {sandbox.memory} GiB"
    return Known(sandbox.id, sandbox.labels, about, sealed)
