"""Deliveries that GitHub sent while nobody could take them, fetched and kept like any other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime

from bot.github.deliveries import AppDeliveries, Sent
from bot.github.reading import reads
from bot.store.port import Store
from workflows.errors import Gone
from workflows.ports import Frozen


class Missed(Frozen):
    """One that we had not, and what became of it."""

    guid: str
    event: str
    delivered_at: datetime
    kept: bool
    said: str


async def sync(
    store: Store, github: AppDeliveries, since: datetime, *, dry_run: bool = False
) -> AsyncGenerator[Missed]:
    """Oldest first, so that what belongs together is handled in its order."""
    newest_first: dict[str, Sent] = {}
    async for sent in github.since(since):
        newest_first[sent.guid] = sent
    for sent in sorted(newest_first.values(), key=lambda sent: sent.delivered_at):
        if not await _has(store, sent.guid):
            yield await _take(store, github, sent, dry_run=dry_run)


async def _has(store: Store, guid: str) -> bool:
    try:
        await store.delivery(guid)
    except Gone:
        return False
    return True


async def _take(store: Store, github: AppDeliveries, sent: Sent, *, dry_run: bool) -> Missed:
    def missed(said: str, *, kept: bool = False) -> Missed:
        return Missed(guid=sent.guid, event=sent.event, delivered_at=sent.delivered_at, kept=kept, said=said)

    if not reads(sent.event, sent.action or ""):
        return missed("not read, so not fetched")
    if dry_run:
        return missed("would be fetched")
    delivery = await github.fetch(sent)
    if delivery is None:
        return missed("GitHub does not keep its payload any more")
    await store.keep_delivery(delivery)
    return missed("fetched, and handled next", kept=True)
