"""GitHub's published example payloads, as deliveries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from tests.github import published

SECRET = "published-examples"


class Example(NamedTuple):
    event: str
    place: int
    """Among those of its event."""
    payload: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.event.replace('_', '-')}-{self.place}"

    @property
    def name(self) -> str:
        action = self.payload.get("action")
        return f"{self.event}.{action}" if action else self.event

    @property
    def body(self) -> bytes:
        return json.dumps(self.payload, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def examples() -> Sequence[Example]:
    return [
        Example(group["name"], place, payload)
        for group in published.load(published.EXAMPLES)
        for place, payload in enumerate(group["examples"])
    ]
