"""What every answer is made of: JSON, errors, pages of lists and the links between them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from bot.standin.errors import GitHubError
from bot.standin.jsontypes import Json

DOCS = "https://docs.github.com/rest"


def json_response(value: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, headers=headers, media_type="application/json; charset=utf-8")


def created(value: Json) -> Response:
    url = value.get("url") if isinstance(value, Mapping) else None
    return json_response(value, 201, {"Location": url} if isinstance(url, str) else {})


def no_content() -> Response:
    return Response(status_code=204)


def error_response(error: GitHubError, docs: str = "") -> Response:
    body: dict[str, Json] = {"message": error.message}
    if error.errors:
        body["errors"] = list(error.errors)
    page = error.docs or docs
    body["documentation_url"] = f"{DOCS}/{page}" if page else DOCS
    body["status"] = str(error.status)
    return json_response(body, error.status, error.headers)


@dataclass(frozen=True)
class Page:
    number: int
    size: int

    @staticmethod
    def asked(query: Mapping[str, str]) -> Page:
        return Page(max(1, _int(query.get("page"), 1)), min(100, max(1, _int(query.get("per_page"), 30))))

    def of(self, rows: Sequence[Json]) -> Sequence[Json]:
        start = (self.number - 1) * self.size
        return rows[start : start + self.size]


def _int(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else default


def link_header(root: str, request: Request, page: Page, total: int) -> str:
    last = max(1, -(-total // page.size))
    targets: list[tuple[str, int]] = []
    if page.number > 1:
        targets.append(("prev", min(page.number - 1, last)))
    if page.number < last:
        targets += [("next", page.number + 1), ("last", last)]
    if page.number > 1:
        targets.append(("first", 1))
    links: list[str] = []
    for relation, number in targets:
        query = {**request.query_params, "page": str(number)}
        links.append(f'<{root}{request.url.path}?{urlencode(query)}>; rel="{relation}"')
    return ", ".join(links)
