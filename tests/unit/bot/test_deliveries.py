"""`redfirst deliveries list|show|retry`: what came in, what was decided, and once more for what failed."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner, Result

from bot.bus.nats import NatsBus
from bot.bus.port import Topic
from bot.cli.app import app
from bot.cli.deliveries import State
from bot.settings import load
from bot.store import store_at
from bot.store.port import DeliveryState, NewDelivery, Store

WHY = "octo/reds: it does not exist"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NATS_URL", "REDFIRST_NATS_URL", "REDFIRST_DATABASE_URL", "REDFIRST_SWEEP_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("REDFIRST_GITHUB_APP_ID", "REDFIRST_GITHUB_PRIVATE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDFIRST_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@contextlib.asynccontextmanager
async def kept() -> AsyncGenerator[Store]:
    store = store_at(load().store_url)
    await store.open()
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
def stocked(place: Path) -> None:
    """One in each state, in this order."""

    async def stock() -> None:
        async with kept() as store:
            for name in ("d-waiting", "d-handled", "d-ignored", "d-failed"):
                await store.keep_delivery(NewDelivery(id=name, event="issues", payload=b'{"secret": 1}'))
            await store.finish_delivery("d-handled", DeliveryState.HANDLED, "started run r1")
            await store.finish_delivery("d-ignored", DeliveryState.IGNORED, "not ours")
            await store.finish_delivery("d-failed", DeliveryState.FAILED, WHY)

    asyncio.run(stock())


def redfirst(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["deliveries", *arguments])


def state(name: str) -> DeliveryState:
    async def look() -> DeliveryState:
        async with kept() as store:
            return (await store.delivery(name)).state

    return asyncio.run(look())


def test_a_list_can_be_asked_for_each_state_that_there_is() -> None:
    assert set(get_args(State)) == {each.value for each in DeliveryState}


@pytest.mark.usefixtures("stocked")
def test_the_list_has_the_newest_first_with_what_was_decided() -> None:
    said = redfirst("list")
    assert said.exit_code == 0
    lines = [line[2:].split("  ") for line in said.stdout.splitlines()]
    assert [line[0] for line in lines] == ["d-failed", "d-ignored", "d-handled", "d-waiting"]
    assert [line[1].strip() for line in lines] == ["failed", "ignored", "handled", "waiting"]
    assert [line[-1] for line in lines] == [
        f"issues: {WHY}",
        "issues: not ours",
        "issues: started run r1",
        "issues",
    ]


@pytest.mark.usefixtures("stocked")
def test_the_list_can_be_of_one_state_and_short_and_for_programs() -> None:
    (line,) = redfirst("list", "--state", "failed", "--json").stdout.splitlines()
    one = json.loads(line)
    assert (one["id"], one["state"], one["outcome"]) == ("d-failed", "failed", WHY)
    assert set(one) == {"id", "event", "received_at", "state", "outcome"}
    assert len(redfirst("list", "--limit", "2").stdout.splitlines()) == 2


def test_an_empty_list_says_so() -> None:
    assert redfirst("list").stdout == "There are no deliveries yet.\n"
    assert redfirst("list", "--state", "failed").stdout == "No delivery is failed.\n"
    assert redfirst("list", "--json").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("list", "--state", "odd"), "'odd' is not one of"),
        (("list", "--limit", "0"), "--limit"),
        (("sync", "--hours", "0"), "--hours"),
        (("sync", "--hours", "169"), "--hours"),
        (("show",), "Missing argument"),
        (("retry",), "Missing argument"),
    ],
)
def test_what_cannot_be_meant_is_a_matter_of_usage(arguments: tuple[str, ...], said: str) -> None:
    done = redfirst(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_what_was_decided_may_hold_no_escapes_that_reach_the_terminal() -> None:
    async def stock() -> None:
        async with kept() as store:
            await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b"{}"))
            await store.finish_delivery("d1", DeliveryState.FAILED, "bad \x1b[31m[red]news")

    asyncio.run(stock())
    for command in (["list"], ["show", "d1"]):
        said = redfirst(*command).stdout
        assert "\x1b" not in said
        assert "[red]news" in said


@pytest.mark.usefixtures("stocked")
def test_one_is_shown_with_what_was_decided_and_without_what_was_in_it() -> None:
    said = redfirst("show", "d-failed")
    assert said.exit_code == 0
    assert "d-failed  failed " in said.stdout
    assert WHY in said.stdout
    found = json.loads(redfirst("show", "d-failed", "--json").stdout)
    assert found["state"] == "failed"
    assert "payload" not in found
    assert "secret" not in said.stdout


@pytest.mark.parametrize("command", ["show", "retry"])
def test_an_unknown_one_is_a_sentence(command: str) -> None:
    said = redfirst(command, "nobody")
    assert (said.exit_code, said.stderr) == (1, "redfirst: there is no delivery nobody\n")
    found = json.loads(redfirst(command, "nobody", "--json").stdout)
    assert found == {"ok": False, "who": "user", "error": "there is no delivery nobody"}


@pytest.mark.usefixtures("stocked")
def test_one_that_failed_waits_again_and_it_is_said_when_it_is_handled() -> None:
    said = redfirst("retry", "d-failed")
    assert said.exit_code == 0
    assert said.stdout == "d-failed is handled again: a worker goes on with it within 30 s\n"
    assert state("d-failed") is DeliveryState.WAITING
    again = redfirst("retry", "d-failed")
    assert again.exit_code == 1
    assert "d-failed is waiting: only one that failed is tried again" in again.stderr


@pytest.mark.usefixtures("stocked")
def test_a_retry_for_programs_says_what_was_done() -> None:
    assert json.loads(redfirst("retry", "d-failed", "--json").stdout) == {
        "ok": True,
        "delivery": "d-failed",
        "said": "a worker goes on with it within 30 s",
    }


@pytest.mark.parametrize("name", ["waiting", "handled", "ignored"])
@pytest.mark.usefixtures("stocked")
def test_one_that_did_not_fail_is_left_as_it_is(name: str) -> None:
    said = redfirst("retry", f"d-{name}", "--json")
    assert said.exit_code == 1
    refused = f"delivery d-{name} is {name}: only one that failed is tried again"
    assert json.loads(said.stdout)["error"] == refused
    assert state(f"d-{name}") == name


@pytest.mark.usefixtures("stocked")
def test_one_that_was_put_aside_names_the_command_that_goes_on_with_it() -> None:
    async def bury() -> None:
        async with kept() as store:
            await store.bury(Topic.DELIVERIES, "d-waiting", 10, "it died")

    asyncio.run(bury())
    assert "redfirst dead retry deliveries/d-waiting" in redfirst("show", "d-waiting").stdout
    said = redfirst("retry", "d-waiting")
    assert said.exit_code == 1
    assert "redfirst dead retry deliveries/d-waiting" in said.stderr


def test_one_whose_payload_was_pruned_is_not_tried_with_nothing_in_it() -> None:
    async def stock() -> None:
        async with kept() as store:
            await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b""))
            await store.finish_delivery("d1", DeliveryState.FAILED, WHY)

    asyncio.run(stock())
    said = redfirst("retry", "d1")
    assert said.exit_code == 1
    assert "was pruned: redeliver it on GitHub" in said.stderr
    assert state("d1") is DeliveryState.FAILED


@pytest.mark.usefixtures("stocked")
def test_on_a_bus_that_is_shared_one_that_is_tried_again_arrives_at_once(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATS_URL", nats_url)
    said = redfirst("retry", "d-failed")
    assert said.stdout == "d-failed is handled again: a worker that is free goes on with it at once\n"

    async def arrives() -> str:
        bus = NatsBus(nats_url)
        await bus.open()
        async with asyncio.timeout(5):
            found = (await anext(bus.receive(Topic.DELIVERIES))).id
        await bus.close()
        return found

    assert asyncio.run(arrives()) == "d-failed"


def test_without_an_app_nothing_can_be_fetched_and_it_is_said_what_to_do() -> None:
    said = redfirst("sync")
    assert said.exit_code == 1
    assert said.stderr.startswith("redfirst: only an App can ask for its deliveries: set REDFIRST_GITHUB_APP")
    found = json.loads(redfirst("sync", "--json").stdout)
    assert (found["ok"], found["who"]) == (False, "operator")
