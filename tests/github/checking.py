"""A pytest plugin: every stand-in of this process is held against GitHub's own descriptions, in every test.

Each request that it accepts, each of our own that it refuses, each answer that it gives and each webhook that
it sends is checked, and what does not fit fails the test that it happened in. Nobody needs to remember to ask
for it. Faults on demand are made outside of it: it sees what the stand-in meant to say. One that is a process
of its own is not seen.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from tests.github import gaps, published

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from bot.standin.site import Site

LONGEST = 4 * 1024**2
"""More than this of an answer is not looked at."""

_found: list[str] = []
_watched: list[Watched] = []


class Watched:
    """Stands before one stand-in and listens to both sides."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site
        self._sent: set[int] = set()
        self.over = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            _watched.append(self)
            await self._app(scope, receive, send)
            self.over = True
        elif scope["type"] == "http" and _is_api(scope["path"]):
            heard = Heard(receive, send)
            await self._app(scope, heard.receive, heard.send)
            _found.extend(heard.findings(scope))
        else:
            await self._app(scope, receive, send)

    def look_at_webhooks(self) -> None:
        from tests.github import description, hook

        for delivery in self._site.world.deliveries:
            if delivery.id not in self._sent:
                self._sent.add(delivery.id)
                sent = hook.Sent(
                    delivery.event,
                    delivery.request_body,
                    delivery.request_headers,
                    # A repository's hook may have been given its secret since.
                    is_signed=delivery.hook.repository_id is None and bool(delivery.hook.secret),
                )
                _found.extend(hook.findings(description.webhooks(), sent))


class Heard:
    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._body, self._asked = bytearray(), False
        self._start: Message = {}
        self._answer, self._ended = bytearray(), False

    async def receive(self) -> Message:
        message = await self._receive()
        self._asked = True
        self._body += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            if len(self._answer) <= LONGEST:
                self._answer += message.get("body", b"")
            self._ended = not message.get("more_body", False)
        await self._send(message)

    def findings(self, scope: Scope) -> list[str]:
        from tests.github import description, exchange

        if not self._ended or len(self._answer) > LONGEST:
            return []
        seen = exchange.Exchange(
            method=scope["method"],
            path=scope["raw_path"].decode("ascii", "replace").partition("?")[0],
            query=scope["query_string"].decode("ascii", "replace"),
            headers=_named(scope["headers"]),
            body=bytes(self._body) if self._asked else None,
            status=self._start["status"],
            answer_headers=_named(self._start["headers"]),
            answer=bytes(self._answer),
        )
        if not published.knows(seen.version):
            # It was refused for that, and there is nothing to hold it against.
            return []
        return list(exchange.findings(description.api(seen.version), seen))


def taken() -> list[str]:
    """What was found since this was last asked."""
    for one in _watched:
        one.look_at_webhooks()
    _watched[:] = [one for one in _watched if not one.over]
    found = [said for said in dict.fromkeys(_found) if not gaps.is_one(said)]
    _found.clear()
    return found


def _named(headers: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _is_api(path: str) -> bool:
    """Not the pages, nor git, nor what is the stand-in's own."""
    from tests.github import description, exchange

    if path.startswith(f"{exchange.PREFIX}/"):
        return True
    return path.split("/")[1] in description.api().roots


@pytest.fixture(scope="session", autouse=True)
def _every_standin_is_watched() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    """Where GitHub's descriptions are not, nothing is watched, and a test of its own says so."""
    if not published.is_here():
        yield
        return
    from starlette.middleware import Middleware

    from bot.standin import server

    build = server._application  # pyright: ignore[reportPrivateUsage]

    def watched(site: Site) -> Starlette:
        app = build(site)
        # Innermost: what is spoilt on purpose is spoilt outside.
        app.user_middleware.append(Middleware(Watched, site=site))
        return app

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "_application", watched)
        yield


@pytest.fixture(autouse=True)
def _as_github_does() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    """Asked for before all others, and so looked at when they are gone."""
    yield
    found = taken()
    if found:
        pytest.fail("GitHub would not do so:\n" + "\n".join(f"- {said}" for said in found), pytrace=False)
