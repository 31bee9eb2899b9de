"""What GitHub sent while nobody took it, asked for as the App and over HTTP, and kept like any other."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.github.deliveries import AppDeliveries
from bot.github.errors import GitHubAway, RateLimited
from bot.settings import load
from bot.standin.faults import Fault
from bot.standin.world.hooks import Delivery
from bot.store.memory import MemoryStore
from bot.store.port import NewDelivery
from bot.syncing import Missed, sync
from tests.contract.github_here import REPOSITORY, Here, github
from workflows.errors import OperatorProblem, Passing

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LIST = "/app/hook/deliveries"
ONE = "/app/hook/deliveries/{number}"


class Away(Here):
    """GitHub, whose webhook reaches nobody."""

    store: MemoryStore
    ours: AppDeliveries

    async def missed(self, since: datetime = LONG_AGO, *, dry_run: bool = False) -> list[Missed]:
        return [each async for each in sync(self.store, self.ours, since, dry_run=dry_run)]

    async def made(self) -> Delivery:
        """One that GitHub could not deliver, and that is not in its list any more."""
        await self.standin.comment(REPOSITORY, 1, "is it so?", by="maintainer")
        await self.standin.deliveries()
        return self.standin.world.deliveries.pop()

    def sent(self, like: Delivery, *, guid: str = "", at: datetime | None = None) -> str:
        """Another attempt that failed: its guid."""
        world = self.standin.world
        number = world.next_id("delivery")
        guid = guid or f"guid-{number}"
        world.deliveries.append(replace(like, id=number, guid=guid, delivered_at=at or world.now()))
        return guid


@contextlib.asynccontextmanager
async def away() -> AsyncGenerator[Away]:
    async with github(as_app=True) as here:
        here.standin.connect_hook("http://127.0.0.1:9/nobody", "secret")
        made = Away(here.standin, here.settings, here.forge)
        made.store, made.ours = MemoryStore(), AppDeliveries(here.settings)
        try:
            yield made
        finally:
            await made.ours.close()


async def test_what_was_missed_is_kept_as_it_was_sent_oldest_first() -> None:
    async with away() as here:
        for words in ("first", "zweitens: ü \U0001f940", "third"):
            await here.standin.comment(REPOSITORY, 1, words, by="maintainer")
        sent = await here.standin.deliveries()
        assert [each.status_code for each in sent] == [502, 502, 502]
        missed = await here.missed()
        assert [each.guid for each in missed] == [each.guid for each in sent]
        assert all(each.kept and each.is_read and each.said == "fetched" for each in missed)
        assert list(await here.store.waiting_deliveries()) == [each.guid for each in sent]
        for each in sent:
            kept = await here.store.delivery(each.guid)
            assert (kept.event, json.loads(kept.payload)) == ("issue_comment", json.loads(each.request_body))
        assert await here.missed() == []


async def test_those_of_one_second_keep_githubs_order() -> None:
    async with away() as here:
        like, at = await here.made(), here.standin.world.now()
        sent = [here.sent(like, at=at) for _ in range(5)]
        assert [each.guid for each in await here.missed()] == sent


async def test_one_that_was_sent_again_in_vain_is_one_and_has_its_first_place() -> None:
    async with away() as here:
        like = await here.made()
        first, second = here.sent(like), here.sent(like)
        here.sent(like, guid=first)
        assert [each.guid for each in await here.missed()] == [first, second]


async def test_a_dry_run_says_what_is_missing_and_keeps_nothing() -> None:
    async with away() as here:
        sent = here.sent(await here.made())
        fetched = here.asked("GET", ONE)
        (missed,) = await here.missed(dry_run=True)
        assert (missed.guid, missed.kept, missed.said) == (sent, False, "would be fetched")
        assert fetched.times() == 0
        assert await here.store.deliveries() == []


async def test_what_nothing_is_done_about_is_named_and_not_fetched() -> None:
    async with away() as here:
        await here.standin.open_issue(REPOSITORY, "Another", by="maintainer")
        await here.standin.close(REPOSITORY, 1, by="maintainer")
        await here.standin.deliveries()
        fetched = here.asked("GET", ONE)
        missed = await here.missed()
        assert [(each.event, each.action) for each in missed] == [("issues", "opened"), ("issues", "closed")]
        assert not any(each.is_read or each.kept for each in missed)
        assert fetched.times() == 0


@pytest.mark.parametrize("fault", [Fault("answer", "GET", ONE, status=404), Fault("malformed", "GET", ONE)])
async def test_one_that_github_cannot_give_stops_none_that_came_later(fault: Fault) -> None:
    async with away() as here:
        like = await here.made()
        lost, found = here.sent(like), here.sent(like)
        here.fault(fault)
        first, second = await here.missed()
        assert (first.guid, first.kept) == (lost, False)
        assert "no payload of it" in first.said
        assert (second.guid, second.kept) == (found, True)


async def test_one_whose_payload_github_keeps_no_more_is_said_to_be_lost() -> None:
    async with away() as here:
        like = await here.made()
        here.sent(like)
        here.standin.world.deliveries[0].request_body = b"null"
        (missed,) = await here.missed()
        here.standin.world.deliveries.clear()
        assert not missed.kept
        assert "no payload of it" in missed.said
        assert await here.store.deliveries() == []


async def test_many_are_walked_page_by_page() -> None:
    async with away() as here:
        like = await here.made()
        sent = [here.sent(like) for _ in range(250)]
        for guid in sent[3:-1]:
            await here.store.keep_delivery(NewDelivery(id=guid, event="issue_comment", payload=b"{}"))
        pages = here.asked("GET", LIST)
        assert [each.guid for each in await here.missed()] == [*sent[:3], sent[-1]]
        assert pages.times() == 3


async def test_it_is_looked_back_only_as_far_as_is_asked() -> None:
    async with away() as here:
        like, now = await here.made(), here.standin.world.now()
        for hours in (30, 29, *[25] * 150):
            here.sent(like, at=now - timedelta(hours=hours))
        sent = here.sent(like, at=now - timedelta(hours=23))
        pages = here.asked("GET", LIST)
        assert [each.guid for each in await here.missed(now - timedelta(hours=24))] == [sent]
        assert pages.times() == 1


async def test_a_limit_in_the_middle_keeps_what_was_fetched_and_the_rest_comes_later() -> None:
    async with away() as here:
        like = await here.made()
        sent = [here.sent(like) for _ in range(3)]
        here.fault(Fault("secondary_limit", "GET", ONE, skip=1, retry_after=30))
        with pytest.raises(RateLimited) as limited:
            await here.missed()
        assert limited.value.wait is not None
        assert limited.value.wait >= 30
        assert list(await here.store.waiting_deliveries()) == sent[:1]
        assert [each.guid for each in await here.missed()] == sent[1:]


async def test_a_limit_between_two_pages_keeps_nothing_out_of_order() -> None:
    async with away() as here:
        like = await here.made()
        for _ in range(150):
            here.sent(like)
        here.fault(Fault("primary_limit", "GET", LIST, skip=1))
        with pytest.raises(RateLimited):
            await here.missed()
        assert await here.store.deliveries() == []


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (Fault("answer", "GET", LIST, status=401, times=None), OperatorProblem, "renew the token or key"),
        (Fault("answer", "GET", LIST, status=502, times=None), GitHubAway, "GitHub answered 502"),
        (Fault("malformed", "GET", LIST, times=None), Passing, "GitHub's answer cannot be read"),
    ],
    ids=["401", "502", "malformed"],
)
async def test_a_list_that_is_refused_is_a_sentence(fault: Fault, kind: type[Exception], said: str) -> None:
    async with away() as here:
        here.sent(await here.made())
        here.fault(fault)
        with pytest.raises(kind, match=said):
            await here.missed()


@pytest.mark.parametrize("guid", ["../escape", "\x1b[31mred", "x" * 65, "a\n"])
async def test_a_name_that_no_webhook_could_have_is_not_taken_from_a_list(guid: str) -> None:
    async with away() as here:
        here.sent(await here.made(), guid=guid)
        with pytest.raises(Passing, match="cannot be read"):
            await here.missed()
        assert await here.store.deliveries() == []


@pytest.mark.parametrize("known", [{}, {"github_token": "t"}, {"github_app_id": "5"}])
def test_whoever_is_no_app_is_told_what_to_do(known: dict[str, str]) -> None:
    with pytest.raises(OperatorProblem, match="only an App can ask for its deliveries"):
        AppDeliveries(load(**known))


async def test_a_key_that_is_none_is_the_operators_move(tmp_path: Path) -> None:
    ours = AppDeliveries(load(github_app_id="5", github_private_key="no key", data_dir=tmp_path))
    with pytest.raises(OperatorProblem, match="private key cannot be read"):
        await anext(ours.since(LONG_AGO))
    await ours.close()
