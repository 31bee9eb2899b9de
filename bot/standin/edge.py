"""Where requests go wrong: before anything of ours has seen them, or after all of it has been done."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.standin.connection import connection_of
from bot.standin.faults import Fault
from bot.standin.refusals import refusal
from bot.standin.rest.auth import credential
from bot.standin.site import Site
from bot.standin.urls import PREFIX

UNTOUCHED = "/-/faults"


class Edge:
    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", "")).removeprefix(PREFIX)
        if scope["type"] != "http" or path.startswith(UNTOUCHED):
            await self._app(scope, receive, send)
            return
        fault = self._site.faults.for_request(str(scope["method"]), path)
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._spoil(fault, scope, receive, send)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.what == "expired":
            self._expire(scope)
            await self._app(scope, receive, send)
            return
        if fault.what == "slow" and fault.when == "before":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
            return
        true = Answer()
        if fault.when == "after" or fault.what in ("truncated", "malformed"):
            await self._app(scope, receive, true.take)
        else:
            await _read(receive)
        if fault.what == "reset":
            await _hang_up(scope, receive, reset=True)
        elif fault.what == "truncated":
            await true.send(send, upto=len(true.body) // 2)
            await _hang_up(scope, receive, reset=False)
        elif fault.what == "malformed":
            await true.with_body(true.body[: len(true.body) * 2 // 3]).send(send)
        elif fault.what == "slow":
            await asyncio.sleep(fault.seconds)
            await true.send(send)
        else:
            await refusal(fault, Request(scope))(scope, receive, send)

    def _expire(self, scope: Scope) -> None:
        """The token is over for good, as after its hour; the next one that is made is well."""
        token = self._site.world.tokens.get(credential(Request(scope).headers.get("authorization", "")))
        if token is not None:
            token.expires_at = self._site.world.now()


@dataclass
class Answer:
    """What the application said, kept back."""

    start: dict[str, object] = field(default_factory=dict[str, object])
    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    body: bytes = b""

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start, self.headers = dict(message), list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def with_body(self, body: bytes) -> Answer:
        return Answer(self.start, self.headers, body)

    async def send(self, send: Send, upto: int | None = None) -> None:
        """`upto` stops there, having promised all of it."""
        headers = [(name, value) for name, value in self.headers if name.lower() != b"content-length"]
        if self.body:
            headers.append((b"content-length", str(len(self.body)).encode()))
        await send({**self.start, "headers": headers})
        await send({"type": "http.response.body", "body": self.body[:upto], "more_body": upto is not None})


async def _read(receive: Receive) -> None:
    """All of the request: a client that is still sending would notice something else than we want."""
    while (await receive()).get("more_body"):
        pass


async def _hang_up(scope: Scope, receive: Receive, *, reset: bool) -> None:
    connection = connection_of(scope)
    if reset:
        connection.reset()
    else:
        connection.close()
    while (await receive())["type"] != "http.disconnect":
        pass
