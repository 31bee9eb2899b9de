"""What a newer version of the API no longer says: code that still reads it must find out here, not there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from bot.standin.errors import GitHubError
from bot.standin.jsontypes import Json

OLDEST, NEWEST = "2022-11-28", "2026-03-10"
_GONE = frozenset({"assignee", "merge_commit_sha", "has_downloads", "rate", "authorizations_url"})


def version_of(request: Request) -> str:
    asked = request.headers.get("x-github-api-version", OLDEST)
    if asked not in (OLDEST, NEWEST):
        raise GitHubError(400, f"{asked} is not a supported API version")
    return asked


def in_version(version: str, response: Response) -> Response:
    is_json = response.headers.get("content-type", "").startswith("application/json")
    if version == OLDEST or not is_json or not response.body:
        return response
    value = _without(cast("Json", json.loads(bytes(response.body))))
    response.body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    response.headers["Content-Length"] = str(len(response.body))
    return response


def _without(value: Json) -> Json:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        # A delivery shows what was sent, and webhooks keep their own shape.
        return {k: v if k == "request" else _without(v) for k, v in value.items() if k not in _GONE}
    if isinstance(value, Sequence):
        return [_without(item) for item in value]
    return value
