"""One repository on GitHub, as we may go about it: a client, its name, and who we are there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot.github.recent import Recent

if TYPE_CHECKING:
    from githubkit import GitHub, Response

T = TypeVar("T")

PAGE = 100
PAGES = 100
MOST = 3_000
"""An issue has at most 2,500 comments, a commit 1,000 checks; who wants more of us is not read to the end."""


class Narrow(BaseModel):
    """What we read of GitHub's answers: only that, so that only that can be missing."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class User(Narrow):
    id: int
    login: str = ""


@dataclass
class Ours:
    """What we wrote lately: GitHub's lists may not show it yet."""

    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Two that look for the same marker at once would both find nothing."""
    made: Any = None
    """What became of it, once it is known."""


@dataclass(frozen=True)
class At:
    client: GitHub[Any]
    owner: str
    name: str
    app: str
    """The App's id; empty where we go by a token."""
    me: Callable[[], Awaitable[int]]
    """Our own numeric user id: anybody can write our marker, so only what we wrote ourselves is ours."""
    wrote: Callable[[User | None], None]
    """To be told who GitHub says has written what we have just written."""
    written: Recent[tuple[object, ...], Ours]

    @property
    def repo(self) -> tuple[str, str]:
        return self.owner, self.name

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"

    @property
    def rest(self) -> Any:
        """githubkit's methods, untyped: their overloads do not know a str from its literals."""
        return self.client.rest

    def ours(self, *what: object) -> Ours:
        return self.written.of((self.full_name.lower(), *what), Ours)


async def pages(
    ask: Callable[[int], Awaitable[Response[Any]]], shape: TypeAdapter[list[T]]
) -> AsyncGenerator[T]:
    """All of a list, page by page, up to a bound; each page is asked for when it is needed."""
    seen = 0
    for page in range(1, PAGES + 1):
        answer = await ask(page)
        found = shape.validate_json(answer.content)
        for item in found:
            yield item
        seen += len(found)
        if is_last(answer, len(found)) or seen >= MOST:
            return


def is_last(answer: Response[Any], found: int) -> bool:
    """A page may be smaller than was asked for and not the last, or full and name no next one."""
    return "next" not in answer.raw_response.links and found < PAGE
