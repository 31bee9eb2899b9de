"""One command in a container: started, fed, read within bounds, and its exit code."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence

from bot.sandboxes.docker.engine import Engine
from workflows.errors import SandboxBroken
from workflows.ports.sandbox import WORKSPACE
from workflows.printed import Collector

_CHUNK = 256 * 1024
STDERR = 2
_HEADER = 8
_SETTLE_SECONDS = 5.0


class Cut(SandboxBroken):
    """The engine closed the connection while something was still on its way: so it does, too, when a command
    ends that has not read all of its input."""


async def run(
    engine: Engine,
    container: str,
    argv: Sequence[str],
    *,
    user: str,
    env: Mapping[str, str],
    stdin: bytes,
    out: Collector,
    err: Collector,
) -> int | None:
    """The exit code, once every holder of its output is gone. Cancelling this leaves the command running."""
    api = engine.client.api
    created = await engine.call(
        lambda: api.exec_create(
            container, list(argv), stdin=bool(stdin), user=user, environment=dict(env), workdir=WORKSPACE
        )
    )
    exec_id = str(created["Id"])
    async with engine.attached(exec_id) as (reader, writer):
        feeding = asyncio.create_task(feed(writer, stdin))
        try:
            async for stream, chunk in frames(reader):
                (err if stream == STDERR else out).feed(chunk)
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
    return await exit_code(engine, exec_id)


async def feed(writer: asyncio.StreamWriter, content: bytes) -> None:
    # A command that does not read all of its input is its own business.
    with contextlib.suppress(ConnectionError):
        for at in range(0, len(content), _CHUNK):
            writer.write(content[at : at + _CHUNK])
            await writer.drain()


async def frames(reader: asyncio.StreamReader) -> AsyncGenerator[tuple[int, bytes]]:
    """Frames: a byte that says which stream, three of nothing, four of length, then that many."""
    while True:
        try:
            header = await reader.readexactly(_HEADER)
        except asyncio.IncompleteReadError:
            return
        except ConnectionError as problem:
            raise Cut("The connection to the Docker engine broke.") from problem
        left = int.from_bytes(header[4:], "big")
        while left:
            chunk = await reader.read(min(left, _CHUNK))
            if not chunk:
                return
            yield header[0], chunk
            left -= len(chunk)


async def exit_code(engine: Engine, exec_id: str) -> int | None:
    """None when it does not end. The output may end a moment before the engine has taken note of the end."""
    deadline = asyncio.get_running_loop().time() + _SETTLE_SECONDS
    while True:
        seen = await engine.call(lambda: engine.client.api.exec_inspect(exec_id))
        code = seen.get("ExitCode")
        if not seen.get("Running") and isinstance(code, int):
            return code
        if asyncio.get_running_loop().time() > deadline:
            return None
        await asyncio.sleep(0.01)
