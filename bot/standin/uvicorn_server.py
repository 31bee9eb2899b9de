"""uvicorn, as a guest in somebody else's event loop, and quick to leave: tests start hundreds of these."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

from bot.standin.connection import OpenProtocol

GRACE_SECONDS = 0.5
"""For answers that are still under way."""
DATE_SECONDS = 1.0


class PromptServer(uvicorn.Server):
    """uvicorn's own looks ten times a second whether it is to stop, and then waits for another tenth."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopped = asyncio.Event()

    @staticmethod
    def of(app: ASGIApp) -> PromptServer:
        settings = uvicorn.Config(
            app,
            http=OpenProtocol,
            log_level="error",
            # The logging of the process is not ours to set up.
            log_config=None,
            access_log=False,
            lifespan="on",
            server_header=False,
        )
        return PromptServer(settings)

    def stop(self) -> None:
        self.should_exit = True
        self._stopped.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leaves them to whoever owns the event loop."""
        yield

    async def main_loop(self) -> None:
        # Each tenth tick sets the date that answers carry.
        for tick in itertools.count(0, 10):
            if await self.on_tick(tick):
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), DATE_SECONDS)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listening in sockets or ():
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                # uvicorn tells nobody when the last one is gone.
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()
