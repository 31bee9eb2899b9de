"""One machine of E2B, through the agent in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bot.sandboxes.remote.e2b.problems import told
from bot.sandboxes.remote.host import Known

if TYPE_CHECKING:
    from e2b import AsyncSandbox

    from bot.sandboxes.remote.e2b.host import E2BHost

_SPARE_SECONDS = 300
_UPLOAD_SECONDS = 300.0


class E2BMachine:
    def __init__(self, host: E2BHost, sandbox: AsyncSandbox, known: Known, life: int) -> None:
        self._host = host
        self._sandbox = sandbox
        self._known = known
        self._life = life
        self._until = time.monotonic() + life

    @property
    def known(self) -> Known:
        return self._known

    async def put(self, files: Mapping[str, bytes]) -> None:
        from e2b.sandbox.filesystem.filesystem import WriteEntry

        entries = [WriteEntry(path=path, data=content) for path, content in files.items()]
        await told(
            lambda: self._sandbox.files.write_files(entries, user="root", request_timeout=_UPLOAD_SECONDS)
        )

    async def run(self, line: str, heard: Callable[[str], None], *, seconds: float) -> None:
        await self._live_on(seconds)

        async def work() -> None:
            from e2b import CommandExitException

            running = await self._sandbox.commands.run(
                line,
                background=True,
                user="root",
                cwd="/",
                timeout=seconds,
                on_stdout=heard,
                retain_output=False,
            )
            try:
                await running.wait()
            except CommandExitException:
                """How it ended is what it has said itself."""
            finally:
                await running.disconnect()

        await told(work)

    async def keep(self, name: str) -> str:
        return await self._host.snapshot(self._sandbox, name)

    async def _live_on(self, seconds: float) -> None:
        needed = seconds + _SPARE_SECONDS
        if self._until - time.monotonic() < needed:
            life = max(self._life, int(needed) + 1)
            await self._host.extend(self._sandbox, life)
            self._until = time.monotonic() + life
