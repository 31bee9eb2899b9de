"""Daytona's toolbox, as far as files and commands go: its daemon's routes, with real processes behind."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

from daytona_toolbox_api_client_async.models.create_session_request import CreateSessionRequest
from daytona_toolbox_api_client_async.models.session_execute_request import SessionExecuteRequest
from daytona_toolbox_api_client_async.models.session_execute_response import SessionExecuteResponse
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from tests.standins.machine import USER, Machine

_MARK = {"stdout": b"\x01\x01\x01", "stderr": b"\x02\x02\x02"}
_HOME = "/home/user"


@dataclass
class Command:
    log: bytearray = field(default_factory=bytearray)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False


class Toolbox:
    """Runs as the image's own user, who is not root and may become it: `user` of a request is but a label."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._sessions: dict[str, dict[str, Command]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        session = "/process/session"
        self._routes = Router(
            [
                Route("/files/bulk-upload", self._upload, methods=["POST"]),
                Route(session, self._create_session, methods=["POST"]),
                Route(session + "/{session}", self._delete_session, methods=["DELETE"]),
                Route(session + "/{session}/exec", self._execute, methods=["POST"]),
                WebSocketRoute(session + "/{session}/command/{command}/logs", self._logs),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._routes(scope, receive, send)

    async def _upload(self, request: Request) -> Response:
        """Where each file goes is the name of its part; a field beside it says the same."""
        async with request.form(max_files=100, max_fields=100) as form:
            for name, part in form.multi_items():
                if name.endswith(".file"):
                    assert not isinstance(part, str)
                    path = str(form[name.replace(".file", ".path")])
                    if problem := await self._machine.put(USER, path, await part.read()):
                        return JSONResponse({"statusCode": 403, "errors": [problem]}, 403)
        return Response(status_code=200)

    async def _create_session(self, request: Request) -> Response:
        asked = CreateSessionRequest.from_dict(await request.json())
        assert asked
        if asked.session_id in self._sessions:
            return JSONResponse({"statusCode": 409, "message": "session already exists"}, 409)
        self._sessions[asked.session_id] = {}
        return Response(status_code=201)

    async def _delete_session(self, request: Request) -> Response:
        if self._sessions.pop(request.path_params["session"], None) is None:
            return _missing("session not found")
        return Response(status_code=204)

    async def _execute(self, request: Request) -> Response:
        asked = SessionExecuteRequest.from_dict(await request.json())
        assert asked
        commands = self._sessions.get(request.path_params["session"])
        if commands is None:
            return _missing("session not found")
        if not asked.run_async:
            return JSONResponse({"statusCode": 501, "message": "only what runs by itself"}, 501)
        if any(not command.ended for command in commands.values()):
            return JSONResponse({"statusCode": 501, "message": "a session's shell takes one at a time"}, 501)
        name = str(uuid.uuid4())
        commands[name] = Command()
        task = asyncio.create_task(self._run(asked.command, commands[name]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return JSONResponse(SessionExecuteResponse(cmd_id=name).to_dict(), 202)

    async def _run(self, line: str, command: Command) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._machine.enter([*USER, "sh", "-c", line], {"HOME": _HOME}, _HOME),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=2**24,
        )
        assert process.stdout
        assert process.stderr
        await asyncio.gather(
            _label(process.stdout, "stdout", command), _label(process.stderr, "stderr", command)
        )
        await process.wait()
        command.ended = True
        command.changed.set()

    async def _logs(self, socket: WebSocket) -> None:
        """Its log from the beginning, and then as it grows, until it has ended."""
        commands = self._sessions.get(socket.path_params["session"], {})
        command = commands.get(socket.path_params["command"])
        if command is None or socket.query_params.get("follow") != "true":
            await socket.close()
            return
        await socket.accept()
        at = 0
        while True:
            command.changed.clear()
            chunk, over = bytes(command.log[at : at + 32768]), command.ended
            at += len(chunk)
            if chunk:
                await socket.send_bytes(chunk)
            elif over:
                break
            else:
                await command.changed.wait()
        await socket.close(1000)


async def _label(reader: asyncio.StreamReader, stream: str, command: Command) -> None:
    """A mark before each line says of which stream it is, and a line that has no end gets one."""
    while line := await reader.readline():
        command.log += _MARK[stream] + line.rstrip(b"\n") + b"\n"
        command.changed.set()


def _missing(what: str) -> Response:
    said: dict[str, Any] = {"statusCode": 404, "message": what}
    return JSONResponse(said, 404)
