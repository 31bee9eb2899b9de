"""Keeping a delivery. The first that came under an id is the one that counts, and another is told about."""

from __future__ import annotations

import logging

from bot.store.port import NewDelivery, Store, StoreUnavailable

log = logging.getLogger("redfirst.webhook")


async def keep(store: Store, delivery: NewDelivery) -> bool:
    if await store.keep_delivery(delivery):
        return True
    try:
        first = await store.delivery(delivery.id)
    except StoreUnavailable:
        # It is kept, and that is what matters to whoever sent it.
        return False
    # What was pruned is there without its payload.
    if first.event != delivery.event or first.payload not in {b"", delivery.payload}:
        log.warning("delivery %s came again with other contents; what came first counts", delivery.id)
    return False
