"""The way in: the stand-in GitHub as an application, as a server here, and as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

from bot.standin.config import StandInConfig
from bot.standin.git.store import GitStore
from bot.standin.people import StandIn
from bot.standin.site import Site
from bot.standin.urls import Urls
from bot.standin.world.everything import World

if TYPE_CHECKING:
    import socket

    from starlette.applications import Starlette

START_SECONDS = 10.0


def create_app(world: World, git: GitStore) -> Starlette:
    return _application(Site.of(world, git))


def _application(site: Site) -> Starlette:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware

    from bot.standin.control import control_routes
    from bot.standin.edge import Edge
    from bot.standin.page.routes import page_routes
    from bot.standin.redirects import Redirects
    from bot.standin.rest.all import api_routes

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        await site.hooks.start()
        try:
            yield
        finally:
            await site.hooks.stop()

    return Starlette(
        routes=[*control_routes(site), *api_routes(site), *page_routes(site)],
        lifespan=lifespan,
        middleware=[Middleware(Edge, site=site), Middleware(Redirects, world=site.world)],
    )


@contextlib.asynccontextmanager
async def running(
    what: World | StandInConfig | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    git_root: Path | None = None,
) -> AsyncGenerator[StandIn]:
    """Serves in the current event loop until the block is left; port 0 takes a free one."""
    config = what if isinstance(what, StandInConfig) else StandInConfig()
    world = what if isinstance(what, World) else config.world()
    listening = _listen(host, port)
    try:
        world.urls = Urls(config.public_url or f"http://{host}:{listening.getsockname()[1]}")
        with contextlib.ExitStack() as stack:
            root = git_root or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="standin-")))
            site = Site.of(world, GitStore(root))
            stand_in = StandIn(site)
            await config.populate(stand_in)
            async with _serving(_application(site), listening):
                yield stand_in
    finally:
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    """Bound before the server starts: the port is known, and every address in the world can name it."""
    import socket

    # TCP by name: else asyncio does not see that it is, leaves Nagle's delay on, and each answer takes 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening


@contextlib.asynccontextmanager
async def _serving(app: Starlette, listening: socket.socket) -> AsyncGenerator[None]:
    from bot.standin.uvicorn_server import PromptServer

    server = PromptServer.of(app)
    task = asyncio.create_task(server.serve(sockets=[listening]), name="standin-server")
    try:
        async with asyncio.timeout(START_SECONDS):
            while not server.started:
                if task.done():
                    await task
                    raise RuntimeError("the stand-in did not start")
                await asyncio.sleep(0.002)
        yield
    finally:
        server.stop()
        await task


async def serve_forever(config: StandInConfig, port: int = 0, *, host: str = "127.0.0.1") -> None:
    """Serves until SIGINT or SIGTERM; its address is the first line it prints."""
    import signal

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with running(config, host=host, port=port) as stand_in:
        sys.stdout.write(f"{stand_in.url}\n")
        sys.stdout.flush()
        await stop.wait()


async def main(argv: list[str]) -> int:
    """The command line: `--config FILE --host HOST --port PORT`."""
    import argparse

    parser = argparse.ArgumentParser(prog="standin", description="Serve a stand-in GitHub on this machine.")
    parser.add_argument(
        "--config", type=Path, help="JSON file that describes users, repositories and the webhook"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one and prints it")
    given = parser.parse_args(argv)
    config = StandInConfig.from_json(given.config.read_bytes()) if given.config else StandInConfig.demo()
    await serve_forever(config, given.port, host=given.host)
    return 0
