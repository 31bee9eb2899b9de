"""From a port of a network that leads nowhere to the proxy's socket."""

from __future__ import annotations

import asyncio

from bot.sandboxes.egress.pump import Budget, both, drop, pump

PORT = 3128
_IDLE = 600.0
_ENDLESS = 1 << 62
"""The proxy is who counts."""


async def relay(socket: str, port: int) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        budget = Budget(_ENDLESS)
        try:
            far_reader, far = await asyncio.open_unix_connection(socket)
            try:
                await both(
                    pump(reader, far, budget, _IDLE),
                    pump(far_reader, writer, budget, _IDLE),
                    down_ends=True,
                )
            finally:
                drop(far)
        # Cut off at the end of a command, too, which is no news to anybody.
        except (OSError, asyncio.TimeoutError, asyncio.CancelledError):  # noqa: UP041  (3.9 has two)
            pass
        finally:
            drop(writer)

    return await asyncio.start_server(serve, "127.0.0.1", port)
