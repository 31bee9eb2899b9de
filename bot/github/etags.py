"""What GitHub said before, kept to ask only whether it is still so: such a question costs no rate limit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import from_json

from bot.github.recent import Recent

if TYPE_CHECKING:
    from httpx import Request, Response

MOST = 300
LARGEST = 128 * 1024
"""What is larger is seldom asked for twice, and would fill the memory."""


@dataclass(frozen=True, slots=True)
class _Known:
    etag: str
    headers: tuple[tuple[str, str], ...]
    content: bytes


class KnownAnswers:
    """Never of use to another token: who asks is part of what was asked, as a digest."""

    def __init__(self, most: int = MOST) -> None:
        self._known: Recent[bytes, _Known] = Recent(most)

    def ask(self, request: Request) -> None:
        """Adds the question whether it is still so, where an answer is known."""
        known = self._known.get(_key(request)) if request.method == "GET" else None
        if known is not None:
            request.headers["If-None-Match"] = known.etag
        else:
            request.headers.pop("If-None-Match", None)

    def answer(self, request: Request, response: Response) -> Response:
        """The known answer to what has not changed; any other as it is, and kept if it is worth it."""
        import httpx

        if request.method != "GET":
            return response
        if response.status_code == 304:
            known = self._known.get(_key(request))
            return (
                response
                if known is None
                else httpx.Response(200, headers=[*known.headers], content=known.content)
            )
        etag = response.headers.get("etag", "")
        if response.status_code == 200 and etag and _is_sound(response.content):
            headers = tuple((name, value) for name, value in response.headers.items())
            self._known.put(_key(request), _Known(etag, headers, response.content))
        return response


def _is_sound(content: bytes) -> bool:
    """What was cut off on its way, and is kept, would be given again for as long as nothing changes."""
    try:
        from_json(content if len(content) <= LARGEST else b"")
    except ValueError:
        return False
    return True


def _key(request: Request) -> bytes:
    asked = (request.headers.get(name, "") for name in ("authorization", "accept", "x-github-api-version"))
    return hashlib.sha256("\n".join((str(request.url), *asked)).encode()).digest()
