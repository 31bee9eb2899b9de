"""The deliveries of a webhook, as they are asked for by a receiver that was away."""

from __future__ import annotations

import hmac
from collections.abc import AsyncGenerator
from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from bot.standin.people import StandIn
from bot.standin.server import running

from .apps import app_config, as_app
from .receiver import Receiver, receiving
from .support import REPO, bearer_of, plain_client, token

LIST = "/app/hook/deliveries"


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn]:
    async with running(app_config()) as made:
        yield made


@pytest.fixture
async def plain(standin: StandIn) -> AsyncGenerator[httpx.AsyncClient]:
    async with plain_client(base_url=standin.api_url) as made:
        yield made


@pytest.fixture
async def receiver(standin: StandIn) -> AsyncGenerator[Receiver]:
    async with receiving() as made:
        standin.connect_hook(made.url, "secret")
        yield made


async def _issues(standin: StandIn, count: int) -> None:
    for number in range(count):
        await standin.open_issue(REPO, str(number), by="reader")
    await standin.deliveries()


async def test_a_receiver_that_was_away_finds_what_it_missed_and_has_it_sent_again(
    standin: StandIn, plain: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.status = 503
    await _issues(standin, 2)
    receiver.status = 202
    failed = (await plain.get(LIST, params={"status": "failure"}, headers=as_app(standin))).json()
    assert [(one["status_code"], one["event"], one["action"]) for one in failed] == [
        (503, "issues", "opened")
    ] * 2
    for one in reversed(failed):
        again = await plain.post(f"{LIST}/{one['id']}/attempts", headers=as_app(standin))
        assert again.status_code == 202
    await standin.deliveries()

    guids = [got.headers["x-github-delivery"] for got in receiver.received]
    assert guids[:2] == guids[2:]
    resent = (await plain.get(LIST, params={"status": "success"}, headers=as_app(standin))).json()
    assert [(one["guid"], one["redelivery"]) for one in resent] == [(guids[3], True), (guids[2], True)]


async def test_deliveries_are_listed_newest_first_from_page_to_page(
    standin: StandIn, plain: httpx.AsyncClient, receiver: Receiver
) -> None:
    await _issues(standin, 5)
    seen: list[int] = []
    answer = await plain.get(f"{LIST}?per_page=2", headers=as_app(standin))
    seen += [one["id"] for one in answer.json()]
    # What comes meanwhile does not push anything onto the next page once more.
    await _issues(standin, 1)
    while "next" in answer.links:
        assert "cursor=v1_" in answer.links["next"]["url"]
        answer = await plain.get(answer.links["next"]["url"], headers=as_app(standin))
        seen += [one["id"] for one in answer.json()]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5
    back = await plain.get(answer.links["prev"]["url"], headers=as_app(standin))
    assert [one["id"] for one in back.json()] == seen[2:4]


async def test_a_cursor_that_is_none_is_refused(
    standin: StandIn, plain: httpx.AsyncClient, receiver: Receiver
) -> None:
    for query in ({"cursor": "3"}, {"cursor": "v1_x"}, {"status": "any"}):
        assert (await plain.get(LIST, params=query, headers=as_app(standin))).status_code == 422


async def test_a_delivery_shows_what_was_sent_and_what_was_answered(
    standin: StandIn, plain: httpx.AsyncClient, receiver: Receiver
) -> None:
    await _issues(standin, 1)
    [listed] = (await plain.get(LIST, headers=as_app(standin))).json()
    assert "request" not in listed
    shown = (await plain.get(f"{LIST}/{listed['id']}", headers=as_app(standin))).json()
    [got] = receiver.received
    sent = {name.lower(): value for name, value in shown["request"]["headers"].items()}
    assert sent.items() <= got.headers.items()
    assert shown["request"]["payload"] == got.payload
    assert (shown["response"]["payload"], shown["status"]) == ("done", "OK")
    assert (await plain.get(f"{LIST}/1", headers=as_app(standin))).status_code == 404


async def test_deliveries_are_forgotten_after_three_days(
    standin: StandIn, plain: httpx.AsyncClient, receiver: Receiver
) -> None:
    await _issues(standin, 1)
    [one] = (await plain.get(LIST, headers=as_app(standin))).json()
    real = standin.world.now
    standin.world.now = lambda: real() + timedelta(days=3, seconds=1)
    later = as_app(
        standin, iat=int(standin.world.now().timestamp()), exp=int(standin.world.now().timestamp()) + 60
    )
    assert (await plain.get(LIST, headers=later)).json() == []
    assert (await plain.post(f"{LIST}/{one['id']}/attempts", headers=later)).status_code == 404


async def test_only_the_app_sees_its_deliveries(
    standin: StandIn, plain: httpx.AsyncClient, receiver: Receiver
) -> None:
    for path in (LIST, f"{LIST}/900001", "/app/hook/config"):
        assert (await plain.get(path, headers=bearer_of("maintainer"))).status_code == 401


async def test_the_apps_webhook_is_moved_and_given_another_secret(
    standin: StandIn, plain: httpx.AsyncClient, receiver: Receiver
) -> None:
    standin.connect_hook("http://127.0.0.1:9/", "old")
    new = {"url": receiver.url, "secret": "new", "content_type": "form"}
    changed = await plain.patch("/app/hook/config", json=new, headers=as_app(standin))
    assert changed.json() == {
        "url": receiver.url,
        "secret": "********",
        "content_type": "form",
        "insecure_ssl": "0",
    }
    assert (await plain.get("/app/hook/config", headers=as_app(standin))).json() == changed.json()
    await _issues(standin, 1)
    [got] = receiver.received
    assert got.headers["content-type"] == "application/x-www-form-urlencoded"
    assert '"action":"opened"' in parse_qs(got.body.decode())["payload"][0]
    wrong = await plain.patch("/app/hook/config", json={"url": "ftp://x"}, headers=as_app(standin))
    assert wrong.status_code == 422


@pytest.mark.parametrize("secret", ["secret", ""])
async def test_both_signatures_are_over_the_bytes_that_were_sent(
    standin: StandIn, receiver: Receiver, secret: str
) -> None:
    standin.connect_hook(receiver.url, secret)
    await _issues(standin, 1)
    [got] = receiver.received
    for name, method in (("x-hub-signature", "sha1"), ("x-hub-signature-256", "sha256")):
        right = f"{method}={hmac.new(secret.encode(), got.body, method).hexdigest()}"
        assert got.headers.get(name) == (right if secret else None)


async def test_a_repositorys_hook_is_pinged_tested_changed_and_deleted(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    plain.headers.update(bearer_of("maintainer"))
    hooks = f"/repos/{REPO}/hooks"
    async with receiving() as receiver:
        wanted = {"config": {"url": receiver.url, "content_type": "json"}, "events": ["push"]}
        made = await plain.post(hooks, json=wanted)
        one = f"{hooks}/{made.json()['id']}"
        assert (await plain.post(hooks, json=wanted)).status_code == 422
        assert (await plain.post(f"{one}/tests")).status_code == 204
        await standin.push(REPO, "main", {"a": b"a"}, "m", by="maintainer")
        assert (await plain.post(f"{one}/tests")).status_code == 204
        assert (await plain.post(f"{one}/pings")).status_code == 204
        await standin.deliveries()
        assert receiver.names == ["ping", "push", "push", "ping"]
        assert receiver.received[1].body == receiver.received[2].body
        assert (
            receiver.received[1].headers["x-github-delivery"]
            != receiver.received[2].headers["x-github-delivery"]
        )

        changed = await plain.patch(one, json={"add_events": ["issues"], "remove_events": ["push"]})
        assert changed.json()["events"] == ["issues"]
        config = await plain.patch(f"{one}/config", json={"secret": "s"})
        assert (await plain.get(f"{one}/config")).json() == config.json()
        assert config.json()["secret"] == "********"
        assert (await plain.delete(one)).status_code == 204
        assert (await plain.get(one)).status_code == 404
        await standin.open_issue(REPO, "unheard", by="reader")
        await standin.deliveries()
    assert len(receiver.received) == 4


async def test_hooks_are_for_administrators(standin: StandIn, plain: httpx.AsyncClient) -> None:
    answer = await plain.get(f"/repos/{REPO}/hooks", headers={"Authorization": f"token {token('writer')}"})
    assert (answer.status_code, answer.json()["message"]) == (403, "Must have admin rights to Repository.")
