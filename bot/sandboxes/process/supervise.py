"""One child process of the host: bounded output, a wall clock, and no way to outlive its caller."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Generator, Sequence
from io import FileIO

from bot.sandboxes.command import PATH
from bot.sandboxes.output import Ran
from workflows.printed import Collector

_CHUNK = 256 * 1024
_LAST_WORDS = 5.0
"""Seconds that the pipes of a killed command may take to close."""


@contextlib.contextmanager
def kept(content: bytes) -> Generator[int]:
    """Bytes as a file in memory, for a child to read: nothing to feed it, nothing to block on."""
    writable = os.memfd_create("redfirst")
    try:
        with os.fdopen(writable, "wb", closefd=False) as file:
            file.write(content)
        readable = os.open(f"/proc/self/fd/{writable}", os.O_RDONLY)
    finally:
        os.close(writable)
    try:
        yield readable
    finally:
        os.close(readable)


async def supervise(
    argv: Sequence[str],
    *,
    stdin: int,
    out: Collector,
    err: Collector,
    timeout: float,
    pass_fds: Sequence[int] = (),
    owner: int | None = None,
) -> Ran:
    """Runs `argv`, and kills it at the timeout or when cancelled, which must be enough to end its children.

    `owner` is who may open /dev/stdout anew, where the child becomes another user than we are.
    """
    began = time.monotonic()
    readers: list[asyncio.Task[None]] = []
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(_finish, readers)
        writers = [stack.enter_context(_pipe(collector, readers, owner)) for collector in (out, err)]
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=stdin,
            stdout=writers[0],
            stderr=writers[1],
            env={"PATH": PATH, "LC_ALL": "C"},
            cwd="/",
            pass_fds=pass_fds,
            start_new_session=True,
        )
        for writer in writers:
            writer.close()
        timed_out = False
        try:
            async with asyncio.timeout(timeout):
                await process.wait()
        except TimeoutError:
            timed_out = True
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    code = None if timed_out else process.returncode
    return Ran(code, out, err, time.monotonic() - began, timed_out)


def _pipe(into: Collector, readers: list[asyncio.Task[None]], owner: int | None) -> FileIO:
    reader, writer = (FileIO(fd, mode) for fd, mode in zip(os.pipe(), ("rb", "wb"), strict=True))
    if owner is not None:
        os.fchown(writer.fileno(), owner, owner)
    readers.append(asyncio.create_task(_drain(reader, into)))
    return writer


async def _drain(reader: FileIO, into: Collector) -> None:
    stream = asyncio.StreamReader(limit=_CHUNK)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), reader
    )
    try:
        while chunk := await stream.read(_CHUNK):
            into.feed(chunk)
    finally:
        transport.close()


async def _finish(readers: Sequence[asyncio.Task[None]]) -> None:
    """Both pipes close when the last process that held them is gone."""
    _, late = await asyncio.wait(readers, timeout=_LAST_WORDS)
    for reader in late:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
