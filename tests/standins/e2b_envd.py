"""envd, as far as commands go: the process service of E2B, with real processes behind it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Literal

from connectrpc.code import Code
from connectrpc.errors import ConnectError
from connectrpc.request import RequestContext
from e2b.envd.process.process_connect import Process
from e2b.envd.process.process_pb import (
    ProcessEvent,
    SendSignalRequest,
    SendSignalResponse,
    Signal,
    StartRequest,
    StartResponse,
)
from protobuf import Oneof

from tests.standins.machine import USER, Machine

_CHUNK = 32 * 1024
_HOMES = {"root": "/root", "user": "/home/user"}
USERS = {"root": (), "user": USER}


class Envd(Process):
    def __init__(self, machine: Callable[[str], Machine]) -> None:
        self._machine = machine
        self._running: dict[int, asyncio.subprocess.Process] = {}

    async def start(
        self, request: StartRequest, ctx: RequestContext[StartRequest, StartResponse], /
    ) -> AsyncIterator[StartResponse]:
        machine = self._machine(ctx.request_headers["e2b-sandbox-id"])
        user = _user(ctx.request_headers.get("authorization", ""))
        asked = request.process
        assert asked
        if asked.cwd and not (machine.root / asked.cwd.lstrip("/")).is_dir():
            raise ConnectError(Code.INVALID_ARGUMENT, f"cwd '{asked.cwd}' does not exist")
        home = _HOMES[user]
        env = {"HOME": home, "USER": user, "LOGNAME": user, **asked.envs}
        process = await asyncio.create_subprocess_exec(
            *machine.enter([*USERS[user], asked.cmd, *asked.args], env, asked.cwd or home),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self._running[process.pid] = process
        # It goes on when whoever listens goes away; only its time, or a signal, ends it.
        limit = ctx.timeout_ms
        events: asyncio.Queue[ProcessEvent | None] = asyncio.Queue(64)
        task = asyncio.create_task(self._follow(process, events, limit))
        yield StartResponse(
            event=ProcessEvent(event=Oneof("start", ProcessEvent.StartEvent(pid=process.pid)))
        )
        while (event := await events.get()) is not None:
            yield StartResponse(event=event)
        await task

    async def send_signal(
        self, request: SendSignalRequest, ctx: RequestContext[SendSignalRequest, SendSignalResponse], /
    ) -> SendSignalResponse:
        assert request.process
        match request.process.selector:
            case Oneof(field="pid", value=int(pid)) if pid in self._running:
                word = signal.SIGKILL if request.signal == Signal.SIGKILL else signal.SIGTERM
                _signal(self._running[pid], word)
                return SendSignalResponse()
            case _:
                raise ConnectError(Code.NOT_FOUND, "process not found")

    async def _follow(
        self,
        process: asyncio.subprocess.Process,
        events: asyncio.Queue[ProcessEvent | None],
        limit: float | None,
    ) -> None:
        assert process.stdout
        assert process.stderr
        try:
            async with asyncio.timeout(limit / 1000 if limit else None):
                await asyncio.gather(
                    _pump(process.stdout, "stdout", events), _pump(process.stderr, "stderr", events)
                )
                code = await process.wait()
        except TimeoutError:
            _signal(process, signal.SIGKILL)
            code = await process.wait()
        del self._running[process.pid]
        ended = ProcessEvent.EndEvent(exit_code=code, exited=code >= 0, status=f"exit status {code}")
        await _offer(events, ProcessEvent(event=Oneof("end", ended)))
        await _offer(events, None)


async def _pump(
    reader: asyncio.StreamReader,
    stream: Literal["stdout", "stderr"],
    events: asyncio.Queue[ProcessEvent | None],
) -> None:
    while chunk := await reader.read(_CHUNK):
        output: Oneof[Literal["stdout"], bytes] | Oneof[Literal["stderr"], bytes]
        output = Oneof("stdout", chunk) if stream == "stdout" else Oneof("stderr", chunk)
        await _offer(events, ProcessEvent(event=Oneof("data", ProcessEvent.DataEvent(output=output))))


async def _offer(events: asyncio.Queue[ProcessEvent | None], event: ProcessEvent | None) -> None:
    with contextlib.suppress(TimeoutError):
        # Where nobody listens any more, what is said is lost.
        async with asyncio.timeout(10):
            await events.put(event)


def _user(authorization: str) -> str:
    named = base64.b64decode(authorization.removeprefix("Basic ")).decode().rstrip(":")
    if named not in _HOMES:
        raise ConnectError(Code.UNAUTHENTICATED, f"invalid username: '{named}'")
    return named


def _signal(process: asyncio.subprocess.Process, word: signal.Signals) -> None:
    """The process alone and not what it started, as envd does; it is the child of what entered for it."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for child in children.read_text().split():
            os.kill(int(child), word)
