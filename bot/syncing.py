"""Deliveries that GitHub sent while nobody could take them, fetched and kept like any other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime

from bot.github.deliveries import AppDeliveries, Sent
from bot.github.reading import reads
from bot.store.port import Store
from workflows.errors import Gone
from workflows.ports.frozen import Frozen


class Missed(Frozen):
    """One that we had not, and what became of it."""

    guid: str
    event: str
    action: str = ""
    delivered_at: datetime
    is_read: bool = True
    """Whether it is of a kind that anything is done about."""
    kept: bool = False
    said: str


async def sync(
    store: Store, github: AppDeliveries, since: datetime, *, dry_run: bool = False
) -> AsyncGenerator[Missed]:
    """Oldest first, so that what belongs together is handled in its order."""
    newest_first: dict[str, Sent] = {}
    async for sent in github.since(since):
        # Of several attempts the first says when it was.
        newest_first.pop(sent.guid, None)
        newest_first[sent.guid] = sent
    # By its own order: its times are whole seconds, and many come in one.
    for sent in reversed(newest_first.values()):
        if not await _has(store, sent.guid):
            yield await _take(store, github, sent, dry_run=dry_run)


async def _has(store: Store, guid: str) -> bool:
    try:
        await store.delivery(guid)
    except Gone:
        return False
    return True


async def _take(store: Store, github: AppDeliveries, sent: Sent, *, dry_run: bool) -> Missed:
    missed = Missed(
        guid=sent.guid, event=sent.event, action=sent.action or "", delivered_at=sent.delivered_at, said=""
    )
    if not reads(sent.event, sent.action or ""):
        return missed.model_copy(update={"is_read": False, "said": "not read, so not fetched"})
    if dry_run:
        return missed.model_copy(update={"said": "would be fetched"})
    delivery = await github.fetch(sent)
    if delivery is None:
        return missed.model_copy(update={"said": "GitHub has no payload of it any more that can be read"})
    if not await store.keep_delivery(delivery):
        return missed.model_copy(update={"said": "came by itself meanwhile"})
    return missed.model_copy(update={"kept": True, "said": "fetched"})
