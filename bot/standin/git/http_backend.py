"""Read-only `git clone` over HTTP, spoken by git's own `http-backend`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from bot.standin.git.run import Git

T = TypeVar("T")


@dataclass(frozen=True)
class CgiAnswer:
    status: int
    headers: dict[str, str]
    body: AsyncIterator[bytes]


async def answer(
    git: Git, *, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> CgiAnswer:
    """`path` is the part behind the repository, such as `info/refs`."""
    env = {
        **git.environment(),
        "GIT_PROJECT_ROOT": str(git.directory.parent),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{git.directory.name}/{path}",
        "QUERY_STRING": query,
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
        "GIT_PROTOCOL": headers.get("git-protocol", ""),
    }
    process = await asyncio.create_subprocess_exec(
        "git",
        "http-backend",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=env,
    )
    feeding = asyncio.create_task(_feed(process, body))
    output = _piped(process.stdout)
    status, answered = 200, dict[str, str]()
    while line := (await output.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        else:
            answered[name.lower()] = value.strip()
    return CgiAnswer(status, answered, _rest(process, output, feeding))


def _piped(stream: T | None) -> T:
    if stream is None:
        raise RuntimeError("the pipe was asked for")
    return stream


async def _feed(process: asyncio.subprocess.Process, body: bytes) -> None:
    pipe = _piped(process.stdin)
    try:
        pipe.write(body)
        await pipe.drain()
    except (BrokenPipeError, ConnectionResetError):
        # It needs no more input than it read; its answer says whether that was well.
        pass
    finally:
        pipe.close()


async def _rest(
    process: asyncio.subprocess.Process, output: asyncio.StreamReader, feeding: asyncio.Task[None]
) -> AsyncIterator[bytes]:
    try:
        while chunk := await output.read(65536):
            yield chunk
        await feeding
    finally:
        feeding.cancel()
        if process.returncode is None and not output.at_eof():
            process.kill()
        await process.wait()
