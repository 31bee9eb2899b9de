"""The first delivery under an id counts. Another one under the same id is told about, and not kept."""

from __future__ import annotations

import logging

import pytest

from bot.store.memory import MemoryStore
from bot.store.port import Delivery, NewDelivery, StoreUnavailable
from bot.web.keeping import keep

FIRST = NewDelivery(id="d1", event="issues", payload=b'{"action":"labeled"}')


async def kept_after(second: NewDelivery) -> tuple[bool, Delivery]:
    store = MemoryStore()
    assert await keep(store, FIRST)
    return await keep(store, second), await store.delivery("d1")


async def test_the_same_once_more_is_nothing_to_talk_about(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        new, _ = await kept_after(FIRST)
    assert (new, caplog.messages) == (False, [])


@pytest.mark.parametrize(
    "second",
    [
        NewDelivery(id="d1", event="issues", payload=b'{"action":"closed"}'),
        NewDelivery(id="d1", event="push", payload=FIRST.payload),
    ],
)
async def test_with_other_contents_the_first_counts_and_the_log_knows_of_the_second(
    second: NewDelivery, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        new, kept = await kept_after(second)
    assert (new, kept.event, kept.payload) == (False, FIRST.event, FIRST.payload)
    assert caplog.messages == ["delivery d1 came again with other contents; what came first counts"]


async def test_what_was_pruned_meanwhile_is_not_called_different(caplog: pytest.LogCaptureFixture) -> None:
    store = MemoryStore()
    await store.keep_delivery(FIRST.model_copy(update={"payload": b""}))
    with caplog.at_level(logging.WARNING):
        assert not await keep(store, FIRST)
    assert caplog.messages == []


async def test_a_store_that_goes_away_between_the_two_looks_refuses_nobody() -> None:
    class Going(MemoryStore):
        async def delivery(self, delivery_id: str) -> Delivery:
            raise StoreUnavailable("gone just now")

    store = Going()
    await store.keep_delivery(FIRST)
    assert not await keep(store, FIRST)
