"""A proxy before the stand-in, which has other habits: what GitHub allows, and the stand-in does not do."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.github.forge import GitHubForge
from bot.listening import serving
from tests.contract.github_here import Here, github

Habit = Callable[["Between", httpx.Request, httpx.Response], httpx.Response]

_OF_ONE_HOP = {"content-length", "content-encoding", "transfer-encoding", "connection", "host"}


@dataclass
class Between:
    to: str
    habit: Habit
    """What it makes of an answer; whatever it wants to remember for that is its own affair."""
    ask: Callable[[httpx.URL], httpx.URL] = lambda url: url
    asked: list[httpx.Request] = field(default_factory=list[httpx.Request])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        url = httpx.URL(f"{self.to}{scope['raw_path'].decode()}", query=scope["query_string"])
        headers = [(name, value) for name, value in request.headers.items() if name not in _OF_ONE_HOP]
        sent = httpx.Request(request.method, self.ask(url), headers=headers, content=await request.body())
        self.asked.append(sent)
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                answer = self.habit(self, sent, await client.send(sent))
            except httpx.RemoteProtocolError:
                # What broke off there breaks here in another way, which is as bad.
                answer = httpx.Response(502, request=sent)
        kept = {name: value for name, value in answer.headers.items() if name not in _OF_ONE_HOP}
        await Response(answer.content, answer.status_code, kept)(scope, receive, send)


@contextlib.asynccontextmanager
async def otherwise(
    habit: Habit, *, ask: Callable[[httpx.URL], httpx.URL] = lambda url: url, as_app: bool = True
) -> AsyncGenerator[tuple[Here, Between]]:
    """The forge of these goes through the proxy."""
    async with github(as_app=as_app) as here:
        proxy = Between(here.standin.url, habit, ask)
        async with serving(proxy) as url:
            settings = here.settings.model_copy(update={"github_api_url": url})
            forge = GitHubForge(settings)
            try:
                yield Here(here.standin, settings, forge), proxy
            finally:
                await forge.close()
