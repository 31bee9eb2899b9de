"""E2B's own side of its SDK: the control plane's REST API, and envd beside the code in each sandbox.

Requests are read, and answers written, with the models and the service that E2B generates from its published
descriptions and ships in the SDK, so what its server would not understand is not understood here.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from e2b.api.client.models import (
    ConnectSandboxV2,
    Error,
    ListedSandbox,
    NewSandboxV2,
    Sandbox,
    SandboxDetail,
    SandboxSnapshotRequest,
    SandboxState,
    SandboxTimeoutRequest,
    SnapshotInfo,
)
from e2b.api.client.types import UNSET, Unset
from e2b.envd.process.process_connect import ProcessASGIApplication
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from tests.standins.e2b_envd import USERS, Envd
from tests.standins.machine import Machine

KEY = "e2b_" + "5" * 40
VERSION = "0.6.4"
_TEMPLATES = {"base", "python-project"}


@dataclass
class Box:
    asked: NewSandboxV2
    machine: Machine
    token: str
    end_at: datetime
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    paused: bool = False


@dataclass
class E2BApi:
    scratch: Path
    boxes: dict[str, Box] = field(default_factory=dict[str, Box])
    snapshots: dict[str, Path] = field(default_factory=dict[str, Path])
    heedless: bool = False
    """Does not know what it is asked about networks, as an old one of one's own."""
    deaf: bool = False
    """Does not answer for what is inside a sandbox, not for a long time."""
    last_asked: Any = None
    fail_with: int = 0
    """Answers every request to the control plane with this."""
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def __post_init__(self) -> None:
        self._envd = ProcessASGIApplication(Envd(lambda name: self.boxes[name].machine))
        self._api = Router(
            [
                Route("/v2/sandboxes", self._kept(self._create), methods=["POST"]),
                Route("/v2/sandboxes", self._kept(self._list), methods=["GET"]),
                Route("/v2/sandboxes/{id}/connect", self._kept(self._connect), methods=["POST"]),
                Route("/sandboxes/{id}", self._kept(self._info), methods=["GET"]),
                Route("/sandboxes/{id}", self._kept(self._kill), methods=["DELETE"]),
                Route("/sandboxes/{id}/timeout", self._kept(self._timeout), methods=["POST"]),
                Route("/sandboxes/{id}/pause", self._kept(self._pause), methods=["POST"]),
                Route("/sandboxes/{id}/snapshots", self._kept(self._snapshot), methods=["POST"]),
                Route("/snapshots", self._kept(self._snapshots), methods=["GET"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        self.asked.append((scope["method"], path))
        if path.startswith("/envd/"):
            await asyncio.sleep(8 if self.deaf else 0)
            inner = {**scope, "path": path.removeprefix("/envd"), "raw_path": b""}
            await self._to_envd(Request(inner, receive), inner, receive, send)
        else:
            await self._api(scope, receive, send)

    def boxes_end(self) -> None:
        while self.boxes:
            self.boxes.popitem()[1].machine.end()

    # --- the control plane ------------------------------------------------------------------------------

    def _kept(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def checked(request: Request) -> Response:
            if self.fail_with:
                return _error(self.fail_with, "as the test wants it")
            if request.headers.get("x-api-key") != KEY:
                return _error(401, "Invalid API key")
            name = request.path_params.get("id")
            if name is not None and name not in self.boxes:
                return _error(404, f'Sandbox "{name}" not found')
            return await answer(request)

        return checked

    async def _create(self, request: Request) -> Response:
        asked = self.last_asked = NewSandboxV2.from_dict(await request.json())
        if self.heedless:
            asked.network = asked.allow_internet_access = UNSET
        template = asked.template_id
        if template not in _TEMPLATES and template not in self.snapshots:
            return _error(404, f"template '{template}' not found")
        name = f"i{secrets.token_hex(10)}"
        machine = Machine.start(self.scratch / name, copy_of=self.snapshots.get(template))
        life = 300 if isinstance(asked.timeout, Unset) else asked.timeout
        end_at = datetime.now(UTC) + timedelta(seconds=life)
        self.boxes[name] = Box(asked, machine, secrets.token_hex(16), end_at)
        return JSONResponse(self._told(name).to_dict(), 201)

    async def _list(self, request: Request) -> Response:
        wanted = dict(parse_qsl(request.query_params.get("metadata", "")))
        names = [name for name, box in self.boxes.items() if wanted.items() <= _metadata(box).items()]
        # Small pages, so that whoever does not ask for the next one is found out.
        at = int(request.query_params.get("nextToken") or 0)
        page = [self._listed(name).to_dict() for name in names[at : at + 2]]
        more = {"x-next-token": str(at + 2)} if at + 2 < len(names) else {}
        return JSONResponse(page, headers=more)

    async def _connect(self, request: Request) -> Response:
        name = request.path_params["id"]
        box = self.boxes[name]
        body = ConnectSandboxV2.from_dict(await request.json())
        if not isinstance(body.timeout, Unset):
            box.end_at = max(box.end_at, datetime.now(UTC) + timedelta(seconds=body.timeout))
        status = 201 if box.paused else 200
        if box.paused:
            box.machine.thaw()
            box.paused = False
        return JSONResponse(self._told(name).to_dict(), status)

    async def _info(self, request: Request) -> Response:
        name = request.path_params["id"]
        box, listed = self.boxes[name], self._listed(name)
        access = box.asked.allow_internet_access
        detail = SandboxDetail(
            template_id=listed.template_id,
            sandbox_id=name,
            client_id="client",
            started_at=listed.started_at,
            end_at=listed.end_at,
            envd_version=VERSION,
            cpu_count=2,
            memory_mb=512,
            disk_size_mb=1024,
            state=listed.state,
            envd_access_token=box.token,
            allow_internet_access=None if isinstance(access, Unset) else access,
            metadata=_metadata(box),
            network=box.asked.network,
        )
        return JSONResponse(detail.to_dict())

    async def _kill(self, request: Request) -> Response:
        self.boxes.pop(request.path_params["id"]).machine.end()
        return Response(status_code=204)

    async def _timeout(self, request: Request) -> Response:
        body = SandboxTimeoutRequest.from_dict(await request.json())
        self.boxes[request.path_params["id"]].end_at = datetime.now(UTC) + timedelta(seconds=body.timeout)
        return Response(status_code=204)

    async def _pause(self, request: Request) -> Response:
        if self.boxes[request.path_params["id"]].paused:
            return _error(409, "Sandbox is already paused")
        self.sleep(request.path_params["id"])
        return Response(status_code=204)

    def sleep(self, name: str) -> None:
        """As it does by itself at the end of its time, if it is to."""
        assert self.boxes[name].asked.auto_pause
        self.boxes[name].machine.freeze()
        self.boxes[name].paused = True

    async def _snapshot(self, request: Request) -> Response:
        body = SandboxSnapshotRequest.from_dict(await request.json())
        assert isinstance(body.name, str)
        where = self.scratch / f"snapshot-{secrets.token_hex(8)}"
        self.boxes[request.path_params["id"]].machine.keep(where)
        full = f"team/{body.name}:default"
        self.snapshots[full] = where
        return JSONResponse(SnapshotInfo(snapshot_id=full, names=[full]).to_dict(), 201)

    async def _snapshots(self, request: Request) -> Response:
        name = request.query_params.get("name")
        found = [full for full in self.snapshots if name in {None, full, full.split("/")[1].split(":")[0]}]
        return JSONResponse([SnapshotInfo(snapshot_id=full, names=[full]).to_dict() for full in found])

    def _told(self, name: str) -> Sandbox:
        box = self.boxes[name]
        return Sandbox(
            template_id=box.asked.template_id,
            sandbox_id=name,
            client_id="client",
            envd_version=VERSION,
            envd_access_token=box.token,
        )

    def _listed(self, name: str) -> ListedSandbox:
        box = self.boxes[name]
        return ListedSandbox(
            template_id=box.asked.template_id,
            sandbox_id=name,
            client_id="client",
            started_at=box.started_at,
            end_at=box.end_at,
            cpu_count=2,
            memory_mb=512,
            disk_size_mb=1024,
            state=SandboxState.PAUSED if box.paused else SandboxState.RUNNING,
            envd_version=VERSION,
            metadata=_metadata(box),
        )

    # --- the proxy before envd --------------------------------------------------------------------------

    async def _to_envd(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        name = request.headers.get("e2b-sandbox-id", "")
        box = self.boxes.get(name)
        if box is None or box.paused:
            said = {"sandboxId": name, "message": "The sandbox was not found", "code": 502}
            await JSONResponse(said, 502)(scope, receive, send)
        elif scope["path"] == "/health":
            await Response(status_code=204)(scope, receive, send)
        elif request.headers.get("x-access-token") != box.token:
            await _error(401, "unauthorized access")(scope, receive, send)
        elif scope["path"] == "/files":
            await (await _upload(request, box.machine))(scope, receive, send)
        else:
            await self._envd(scope, receive, send)


async def _upload(request: Request, machine: Machine) -> Response:
    """Multipart, with the path as a parameter for one file, else as the file names of the parts."""
    if request.method != "POST":
        return _error(405, "not here")
    written: list[dict[str, Any]] = []
    async with request.form() as form:
        for _, part in form.multi_items():
            assert not isinstance(part, str)
            path = request.query_params.get("path") or part.filename or ""
            user = USERS[request.query_params.get("username") or "user"]
            if problem := await machine.put(user, path, await part.read()):
                return _error(500, problem)
            written.append({"name": path.rpartition("/")[2], "type": "file", "path": path})
    return JSONResponse(written)


def _metadata(box: Box) -> dict[str, str]:
    return dict(box.asked.metadata or {})


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse(Error(code=status, message=message).to_dict(), status)
