"""Answers that need no body, since the client has it already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from bot.standin.jsontypes import Json


def conditional(request: Request, response: Response) -> Response:
    """Adds what a later request can refer to, and answers 304 to one that refers to just this."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        return response
    tag = _tag(request, response)
    changed = _last_modified(response)
    response.headers["ETag"] = f"W/{tag}"
    if changed is not None:
        response.headers["Last-Modified"] = format_datetime(changed, usegmt=True)
    if not _is_known(request, tag, changed):
        return response
    kept = ("etag", "last-modified", "link")
    return Response(
        status_code=304, headers={name: value for name, value in response.headers.items() if name in kept}
    )


def _tag(request: Request, response: Response) -> str:
    """GitHub's differ for each way of asking, and for each token: a renewed one knows nothing."""
    asked = [request.headers.get(name, "") for name in ("accept", "authorization", "x-github-api-version")]
    return f'"{hashlib.sha256(bytes(response.body) + repr(asked).encode()).hexdigest()}"'


def _last_modified(response: Response) -> datetime | None:
    """Single things have it, by the second; lists do not."""
    if not response.headers.get("content-type", "").startswith("application/json"):
        return None
    value = cast("Json", json.loads(bytes(response.body)))
    updated = value.get("updated_at") if isinstance(value, Mapping) else None
    return datetime.fromisoformat(updated).astimezone(UTC) if isinstance(updated, str) else None


def _is_known(request: Request, tag: str, changed: datetime | None) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = [part.strip().removeprefix("W/") for part in tags.split(",")]
        return tag in known or "*" in known
    since = request.headers.get("if-modified-since")
    if since is None or changed is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    return changed.replace(microsecond=0) <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
