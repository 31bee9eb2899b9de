"""Webhooks, and what was sent to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Hook:
    """A repository's own webhook, or the app's (`repository_id` is None)."""

    id: int
    url: str
    secret: str
    events: tuple[str, ...]
    created_at: datetime
    repository_id: int | None = None
    active: bool = True
    content_type: str = "json"
    insecure_ssl: str = "0"

    def wants(self, event: str) -> bool:
        return self.active and (event == "ping" or "*" in self.events or event in self.events)


@dataclass
class Delivery:
    """One attempt to deliver one event; a redelivery is another attempt under the same guid."""

    id: int
    guid: str
    hook: Hook
    event: str
    action: str | None
    repository_id: int | None
    installation_id: int | None
    delivered_at: datetime
    redelivery: bool
    request_body: bytes
    request_headers: dict[str, str] = field(default_factory=dict[str, str])
    duration: float = 0.0
    status: str = "PENDING"
    status_code: int = 0
    response_headers: dict[str, str] = field(default_factory=dict[str, str])
    response_body: str = ""
