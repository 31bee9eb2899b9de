"""One webhook, held against GitHub's description of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.github.description import Webhooks

# The description names some of them for each event, and requires none.
_ALWAYS = (
    "User-Agent",
    "Content-Type",
    "X-GitHub-Delivery",
    "X-GitHub-Event",
    "X-GitHub-Hook-ID",
    "X-GitHub-Hook-Installation-Target-ID",
    "X-GitHub-Hook-Installation-Target-Type",
)
_SIGNED = ("X-Hub-Signature", "X-Hub-Signature-256")


class Sent(NamedTuple):
    event: str
    body: bytes
    headers: Mapping[str, str]
    """None of them when it was never sent."""
    is_signed: bool
    """Whether the hook has a secret to sign with."""


def findings(described: Webhooks, sent: Sent) -> Iterator[str]:
    payload = json.loads(sent.body)
    action = payload.get("action")
    named = f"webhook {sent.event}.{action}" if action else f"webhook {sent.event}"
    known = described.event(sent.event, action)
    if known is None:
        yield f"{named}: GitHub has no such event"
        return
    yield from (f"{named}: {said}" for said in described.wrong(known["body"]["json"], payload))
    if not sent.headers:
        return
    given = {name.lower(): value for name, value in sent.headers.items()}
    for name in (*_ALWAYS, *(_SIGNED if sent.is_signed else ())):
        if name.lower() not in given:
            yield f"{named}: the header {name} is missing"
    if given.get("x-github-event") != sent.event:
        yield f"{named}: its header names {given.get('x-github-event')}"
