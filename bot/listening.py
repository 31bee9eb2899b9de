"""Serving an ASGI application, on a socket that is bound before anything else begins."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any, cast

from workflows.errors import OperatorProblem

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, or a sentence on why not."""
    # TCP by name: else asyncio does not see that it is, leaves Nagle's delay on, and each answer takes 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(2048)
    except OSError as error:
        made.close()
        raise OperatorProblem(
            f"cannot listen on {host}:{port}: {error.strerror}; stop what is there or set REDFIRST_PORT"
        ) from error
    return made


def new_loop() -> asyncio.AbstractEventLoop:
    """For whoever serves many: a request costs it less than asyncio's own."""
    import uvloop

    return uvloop.new_event_loop()


@contextlib.asynccontextmanager
async def serving(
    app: ASGIApp, *, port: int = 0, bound: socket.socket | None = None, upgrades: bool = False
) -> AsyncGenerator[str]:
    """Yields the address. Signals stay with whoever runs the event loop."""
    import uvicorn

    from bot.web.connections import MOST_CONNECTIONS, MOST_WAITING, Connection
    from bot.web.waiting import Waiting

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Generator[None]:
            yield

    bound = bound or listen("127.0.0.1", port)
    host, taken = bound.getsockname()[:2]
    config = uvicorn.Config(
        cast("Any", app),
        http=cast("Any", functools.partial(Connection, waiting=Waiting(MOST_WAITING))),
        # Out of our hands: a connection that has become something else is waited for by nobody here.
        ws="auto" if upgrades else "none",
        limit_concurrency=MOST_CONNECTIONS,
        # Through our own log, and nothing of what strangers send that is no request: they could fill a disk.
        log_config=None,
        log_level="error",
        lifespan="off",
        access_log=False,
        server_header=False,
    )
    server = Server(config)
    with contextlib.closing(bound):
        running = asyncio.create_task(server.serve([bound]))
        # It accepts from the first moment, since the socket listens; only the answers begin a little later.
        try:
            yield f"http://{host}:{taken}"
        finally:
            server.should_exit = True
            await running
