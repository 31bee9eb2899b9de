"""Daytona's own side of its SDK: the REST API, and the toolbox beside the code in each sandbox.

Requests are read, and answers written, with the models that Daytona generates from its published descriptions
and ships in the SDK, so what its server would not understand is not understood here.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from daytona_api_client_async.models.create_sandbox import CreateSandbox
from daytona_api_client_async.models.create_sandbox_snapshot import CreateSandboxSnapshot
from daytona_api_client_async.models.list_sandboxes_response import ListSandboxesResponse
from daytona_api_client_async.models.sandbox import Sandbox
from daytona_api_client_async.models.sandbox_list_item import SandboxListItem
from daytona_api_client_async.models.sandbox_state import SandboxState
from daytona_api_client_async.models.snapshot_dto import SnapshotDto
from daytona_api_client_async.models.snapshot_state import SnapshotState
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import Receive, Scope, Send

from tests.standins.daytona_toolbox import Toolbox
from tests.standins.machine import Machine

KEY = "dtn_" + "5" * 60
_SNAPSHOTS = {"daytona-small", "python-project"}
_PAGE = 2
"""Small, so that whoever does not ask for the next page is found out."""


@dataclass
class Box:
    asked: CreateSandbox
    machine: Machine
    toolbox: Toolbox
    state: SandboxState = SandboxState.CREATING
    then: SandboxState = SandboxState.STARTED
    """What it is when it is looked at the next time."""


@dataclass
class DaytonaApi:
    scratch: Path
    boxes: dict[str, Box] = field(default_factory=dict[str, Box])
    snapshots: dict[str, Path] = field(default_factory=dict[str, Path])
    url: str = ""
    heedless: bool = False
    """Does not know what it is asked about networks, as an old one of one's own."""
    deaf: bool = False
    """Does not answer for what is inside a sandbox, not for a long time."""
    last_asked: Any = None
    fail_with: int = 0
    """Answers every request to the API with this."""
    fail_headers: dict[str, str] = field(default_factory=dict[str, str])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def __post_init__(self) -> None:
        api = [
            Route("/sandbox", self._kept(self._create), methods=["POST"]),
            Route("/sandbox", self._kept(self._list), methods=["GET"]),
            Route("/sandbox/{id}", self._kept(self._get), methods=["GET"]),
            Route("/sandbox/{id}", self._kept(self._delete), methods=["DELETE"]),
            Route("/sandbox/{id}/start", self._kept(self._start), methods=["POST"]),
            Route("/sandbox/{id}/stop", self._kept(self._stop), methods=["POST"]),
            Route("/sandbox/{id}/snapshot", self._kept(self._snapshot), methods=["POST"]),
            Route("/snapshots/{name}", self._kept(self._get_snapshot), methods=["GET"]),
        ]
        self._api = Router([Mount("/api", routes=api)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        self.asked.append((scope.get("method", "WS"), path))
        if path.startswith("/toolbox/"):
            await asyncio.sleep(8 if self.deaf else 0)
            await self._to_toolbox(scope, receive, send)
        elif scope["type"] == "http":
            await self._api(scope, receive, send)
        else:
            # Its events, on a socket; without them the SDK asks for the state again and again.
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    def boxes_end(self) -> None:
        while self.boxes:
            self.boxes.popitem()[1].machine.end()

    # --- the API ----------------------------------------------------------------------------------------

    def _kept(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def checked(request: Request) -> Response:
            if self.fail_with:
                return _error(self.fail_with, "as the test wants it", self.fail_headers)
            if request.headers.get("authorization") != f"Bearer {KEY}":
                return _error(401, "Invalid credentials")
            name = request.path_params.get("id")
            if name is not None and name not in self.boxes:
                return _error(404, f"Sandbox with ID or name {name} not found")
            return await answer(request)

        return checked

    async def _create(self, request: Request) -> Response:
        asked = self.last_asked = CreateSandbox.from_dict(await request.json())
        assert asked
        if self.heedless:
            asked.network_block_all = asked.domain_allow_list = None
        wanted = asked.snapshot or "daytona-small"
        if wanted not in _SNAPSHOTS and wanted not in self.snapshots:
            return _error(404, f"Snapshot {wanted} not found. Did you add it through the Daytona Dashboard?")
        name = str(uuid.uuid4())
        machine = Machine.start(self.scratch / name, copy_of=self.snapshots.get(wanted))
        self.boxes[name] = Box(asked, machine, Toolbox(machine))
        return JSONResponse(self._told(name))

    async def _list(self, request: Request) -> Response:
        wanted = json.loads(request.query_params.get("labels") or "{}")
        names = [
            name for name, box in self.boxes.items() if wanted.items() <= (box.asked.labels or {}).items()
        ]
        at = int(request.query_params.get("cursor") or 0)
        page = [SandboxListItem.from_dict(self._told(name)) for name in names[at : at + _PAGE]]
        more = str(at + _PAGE) if at + _PAGE < len(names) else None
        listed = ListSandboxesResponse(items=[item for item in page if item], next_cursor=more)
        return JSONResponse(json.loads(listed.to_json()))

    async def _get(self, request: Request) -> Response:
        box = self.boxes[request.path_params["id"]]
        box.state = box.then
        return JSONResponse(self._told(request.path_params["id"]))

    async def _delete(self, request: Request) -> Response:
        name = request.path_params["id"]
        self.boxes[name].state = SandboxState.DESTROYING
        told = self._told(name)
        self.boxes.pop(name).machine.end()
        return JSONResponse(told)

    async def _start(self, request: Request) -> Response:
        name = request.path_params["id"]
        box = self.boxes[name]
        if box.state != SandboxState.STOPPED:
            return _error(409, "Sandbox is not in valid state")
        # A container that is stopped keeps its disk and nothing else.
        kept = self.scratch / f"stopped-{name}"
        box.machine = Machine.start(self.scratch / f"{name}-{secrets.token_hex(4)}", copy_of=kept)
        box.toolbox = Toolbox(box.machine)
        box.state, box.then = SandboxState.STARTING, SandboxState.STARTED
        return JSONResponse(self._told(name))

    async def _stop(self, request: Request) -> Response:
        self.sleep(request.path_params["id"])
        return JSONResponse(self._told(request.path_params["id"]))

    def sleep(self, name: str) -> None:
        """As it does by itself after a while without a word."""
        box = self.boxes[name]
        if box.asked.auto_delete_interval == 0:
            self.boxes.pop(name).machine.end()
            return
        box.machine.end(wipe=False)
        box.machine.root.rename(self.scratch / f"stopped-{name}")
        box.state = box.then = SandboxState.STOPPED

    async def _snapshot(self, request: Request) -> Response:
        body = CreateSandboxSnapshot.from_dict(await request.json())
        assert body
        if body.name in self.snapshots:
            return _error(409, f'Snapshot with name "{body.name}" already exists')
        where = self.scratch / f"snapshot-{secrets.token_hex(8)}"
        box = self.boxes[request.path_params["id"]]
        box.machine.keep(where)
        self.snapshots[body.name] = where
        box.state = SandboxState.SNAPSHOTTING
        return JSONResponse(self._told(request.path_params["id"]))

    async def _get_snapshot(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.snapshots:
            return _error(404, f"Snapshot {name} not found")
        now = datetime.now(UTC)
        snapshot = SnapshotDto(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
            general=False,
            name=name,
            state=SnapshotState.ACTIVE,
            size=1,
            entrypoint=None,
            cpu=1,
            gpu=0,
            mem=1,
            disk=3,
            error_reason=None,
            created_at=now,
            updated_at=now,
            last_used_at=None,
            source_sandbox_id=None,
        )
        return JSONResponse(json.loads(snapshot.to_json()))

    def _told(self, name: str) -> dict[str, Any]:
        box = self.boxes[name]
        asked = box.asked
        sandbox = Sandbox(
            id=name,
            organization_id="organisation",
            name=asked.name or name,
            snapshot=asked.snapshot or "daytona-small",
            user=asked.user or "daytona",
            env=asked.env or {},
            labels=asked.labels or {},
            public=bool(asked.public),
            network_block_all=bool(asked.network_block_all),
            kvm=False,
            domain_allow_list=asked.domain_allow_list,
            target="eu",
            cpu=1,
            gpu=0,
            memory=1,
            disk=3,
            state=box.state,
            recoverable=False,
            auto_stop_interval=asked.auto_stop_interval,
            auto_delete_interval=asked.auto_delete_interval,
            sandbox_class="container",
            toolbox_proxy_url=f"{self.url}/toolbox",
        )
        return json.loads(sandbox.to_json())

    async def _to_toolbox(self, scope: Scope, receive: Receive, send: Send) -> None:
        name, _, rest = scope["path"].removeprefix("/toolbox/").partition("/")
        box = self.boxes.get(name)
        allowed = dict(scope["headers"]).get(b"authorization") == f"Bearer {KEY}".encode()
        if box is None or box.state not in {SandboxState.STARTED, SandboxState.SNAPSHOTTING} or not allowed:
            refused = _error(401 if not allowed else 404, "Sandbox not found or not started")
            await refused(scope, receive, send)
        else:
            await box.toolbox({**scope, "path": f"/{rest}", "raw_path": b""}, receive, send)


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"statusCode": status, "message": message}, status, headers)
