"""A stand-in that answers on loopback from a thread of its own, as another computer would."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from bot.listening import listen, serving

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class Background:
    def __init__(self, app: ASGIApp) -> None:
        self._bound = listen("127.0.0.1", 0)
        host, port = self._bound.getsockname()[:2]
        self.url = f"http://{host}:{port}"
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with serving(self._app, bound=self._bound, upgrades=True):
            await self._over.wait()
