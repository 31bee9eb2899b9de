"""`redfirst dead`: what was put aside, and what a person does about it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sys
import sysconfig
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import deadletters
from bot.announcing import AT_ONCE
from bot.bus.nats import NatsBus
from bot.bus.port import Topic
from bot.cli.app import app
from bot.settings import load
from bot.store import dead, store_at
from bot.store.memory import MemoryStore
from bot.store.port import DeadLetter, DeliveryState, NewDelivery, Store
from bot.store.statements import Link
from tests.contract.stores import new_run
from workflows.engine import signals
from workflows.engine.entries import Entry
from workflows.engine.status import RunStatus
from workflows.errors import Conflict, OperatorProblem, UserProblem

SAID = "the sandbox broke"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NATS_URL", "REDFIRST_NATS_URL", "REDFIRST_DATABASE_URL", "REDFIRST_SWEEP_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDFIRST_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


async def fill(store: Store) -> None:
    """One delivery and two runs that were put aside, one run that was not."""
    await store.keep_delivery(NewDelivery(id="d1", event="issues", payload=b"{}"))
    for number, run in enumerate(("r1", "r2", "alive")):
        await store.create_run(new_run(run, number=number + 1, tenant=f"octo/{run}"))
    for topic, item in ((Topic.DELIVERIES, "d1"), (Topic.RUNS, "r1"), (Topic.RUNS, "r2")):
        await store.bury(topic, item, 10, SAID)


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
    async def stock() -> None:
        async with kept() as store:
            await fill(store)

    asyncio.run(stock())


def redfirst(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["dead", *arguments])


def names(letters: Sequence[DeadLetter]) -> list[str]:
    return [f"{letter.topic}/{letter.item}" for letter in letters]


def left() -> list[str]:
    async def look() -> list[str]:
        async with kept() as store:
            return names(await store.dead_letters())

    return asyncio.run(look())


@pytest.mark.usefixtures("stocked")
def test_the_list_says_what_was_put_aside_why_and_what_can_be_done() -> None:
    said = redfirst("list")
    assert said.exit_code == 0
    lines = said.stdout.splitlines()
    assert [line.split()[1] for line in lines if "tried 10 times" in line] == [
        "deliveries/d1",
        "runs/r1",
        "runs/r2",
    ]
    assert said.stdout.count(SAID) == 3
    assert "redfirst dead retry ID" in lines[-1]
    assert "redfirst dead drop ID" in lines[-1]


@pytest.mark.usefixtures("stocked")
def test_the_list_for_programs_has_a_line_each_with_the_commands_to_give() -> None:
    first, *others = [json.loads(line) for line in redfirst("list", "--json").stdout.splitlines()]
    assert len(others) == 2
    assert (first["topic"], first["item"], first["times"], first["said"]) == ("deliveries", "d1", 10, SAID)
    assert first["at"]
    assert first["retry"] == "redfirst dead retry deliveries/d1"
    assert first["drop"] == "redfirst dead drop deliveries/d1"


def test_without_dead_letters_it_says_so() -> None:
    for command in (["list"], ["retry", "--all"], ["drop", "--all"]):
        said = redfirst(*command)
        assert (said.exit_code, said.stdout) == (0, "There are no dead letters.\n")


async def test_what_was_said_may_hold_no_escapes_that_reach_the_terminal() -> None:
    async with kept() as store:
        await store.bury(Topic.RUNS, "r1", 10, "bad \x1b[31m[red]news")
    said = (await asyncio.to_thread(cli, "list")).decode()
    assert "\x1b" not in said
    assert "[red]news" in said


@pytest.mark.usefixtures("stocked")
def test_retry_takes_an_id_with_or_without_its_topic_and_says_when_it_goes_on() -> None:
    said = redfirst("retry", "r1", "deliveries/d1")
    assert said.exit_code == 0
    assert "runs/r1 is tried again" in said.stdout
    assert "deliveries/d1 is tried again" in said.stdout
    assert "A worker goes on with it within 30 s." in said.stdout
    assert left() == ["runs/r2"]


@pytest.mark.usefixtures("stocked")
def test_retry_and_drop_of_all_leave_none() -> None:
    said = redfirst("retry", "--all", "--json")
    *settled, summary = [json.loads(line) for line in said.stdout.splitlines()]
    assert [each["item"] for each in settled if each["goes_on"]] == ["d1", "r1", "r2"]
    assert summary["ok"]
    assert summary["settled"] == 3
    assert left() == []


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.usefixtures("stocked")
def test_an_unknown_id_is_a_sentence_and_nothing_is_done_about_the_others(command: str) -> None:
    said = redfirst(command, "r1", "r99")
    assert said.exit_code == 1
    assert "r99 is not among the dead letters: redfirst dead list shows them" in said.stderr
    assert "Traceback" not in said.output
    assert left() == ["deliveries/d1", "runs/r1", "runs/r2"]


@pytest.mark.parametrize(
    "arguments", [["retry"], ["drop"], ["retry", "r1", "--all"], ["drop", "r1", "--all"]]
)
@pytest.mark.usefixtures("stocked")
def test_which_ones_has_to_be_said(arguments: list[str]) -> None:
    said = redfirst(*arguments)
    assert said.exit_code == 1
    assert "say which: ids as `redfirst dead list` shows them, or --all" in said.stderr
    assert len(left()) == 3


@pytest.mark.usefixtures("stocked")
def test_drop_ends_a_delivery_as_failed_and_cancels_a_run_with_the_reason() -> None:
    said = redfirst("drop", "d1", "r1", "--reason", "nobody needs it")
    assert said.exit_code == 0
    assert "runs/r1 cancelled" in said.stdout

    async def look() -> None:
        async with kept() as store:
            delivery = await store.delivery("d1")
            assert delivery.state is DeliveryState.FAILED
            assert "nobody needs it" in delivery.outcome
            assert (await store.run("r1")).status is RunStatus.CANCELLED
            last = (await store.rows("r1"))[-1].entry
            assert getattr(last, "reason", "") == "nobody needs it"

    asyncio.run(look())
    assert left() == ["runs/r2"]


async def test_an_id_that_two_topics_have_is_asked_back() -> None:
    store = MemoryStore()
    await store.bury(Topic.RUNS, "x", 10, SAID)
    await store.bury(Topic.DELIVERIES, "x", 10, SAID)
    with pytest.raises(UserProblem, match="x is there more than once: say deliveries/x or runs/x"):
        await deadletters.find(store, ["x"])
    assert names(await deadletters.find(store, ["runs/x"])) == ["runs/x"]


async def test_an_id_with_a_slash_of_its_own_is_found() -> None:
    store = MemoryStore()
    await store.bury(Topic.DELIVERIES, "a/b", 10, SAID)
    assert names(await deadletters.find(store, ["a/b", "deliveries/a/b"])) == ["deliveries/a/b"] * 2


@pytest.mark.parametrize("settle", ["retry", "drop"])
async def test_what_is_over_is_only_taken_off_the_list(settle: str) -> None:
    store = MemoryStore()
    await fill(store)
    await signals.cancel(store, "r1", by="somebody", reason="before")
    await store.finish_delivery("d1", DeliveryState.HANDLED, "done")
    await store.bury(Topic.RUNS, "gone", 10, SAID)
    letters = await deadletters.find(store, ["r1", "d1", "gone"])
    if settle == "retry":
        settled = await deadletters.retry(store, letters)
    else:
        settled = await deadletters.drop(store, letters, by="me", reason="why")
    assert [each.said for each in settled] == [
        "had ended before: cancelled",
        "had been handled before",
        "is not in the store any more",
    ]
    assert not any(each.goes_on for each in settled)
    assert (await store.delivery("d1")).outcome == "done"
    assert names(await store.dead_letters()) == ["runs/r2"]


class Busy(MemoryStore):
    """A run that is too busy to be told anything."""

    async def append(self, run: str, after: int, entries: Sequence[Entry], fence: int | None) -> None:
        if run == "r1":
            raise Conflict(f"row {after} is not the last")
        await super().append(run, after, entries, fence)


async def test_one_that_cannot_be_dropped_does_not_keep_the_others_and_stays() -> None:
    store = Busy()
    await fill(store)
    letters = await store.dead_letters()
    settled = await deadletters.drop(store, letters, by="me", reason="why")
    assert [(each.item, each.is_settled) for each in settled] == [("d1", True), ("r1", False), ("r2", True)]
    assert "run r1 is too busy to be told anything" in settled[1].said
    assert names(await store.dead_letters()) == ["runs/r1"]


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.usefixtures("stocked")
def test_one_that_cannot_be_settled_is_said_and_the_command_fails(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(link: Link, topic: Topic, item: str) -> bool:
        if item == "r1":
            raise OperatorProblem("it is stuck")
        return unbury(link, topic, item)

    unbury = dead.unbury
    monkeypatch.setattr(dead, "unbury", refuse)
    said = redfirst(command, "--all", "--json")
    *settled, summary = [json.loads(line) for line in said.stdout.splitlines()]
    assert [each["said"] for each in settled if not each["is_settled"]] == ["it is stuck"]
    assert (summary["ok"], summary["settled"], said.exit_code) == (False, 2, 1)
    assert left() == ["runs/r1"]
    said = redfirst(command, "r1")
    assert (said.stdout, said.exit_code) == ("runs/r1: it is stuck\n", 1)


async def test_two_people_who_retry_the_same_are_told_apart() -> None:
    store = MemoryStore()
    await fill(store)
    letters = await deadletters.find(store, ["r1"])
    assert [each.goes_on for each in await deadletters.retry(store, letters)] == [True]
    assert [each.said for each in await deadletters.retry(store, letters)] == ["somebody else was quicker"]


async def test_on_a_bus_that_is_shared_what_is_retried_arrives_at_once(
    nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATS_URL", nats_url)
    store = MemoryStore()
    await fill(store)
    settled = await deadletters.retry(store, await deadletters.find(store, ["r1"]))
    assert await deadletters.tell(load(), settled) == AT_ONCE
    bus = NatsBus(nats_url)
    await bus.open()
    async with asyncio.timeout(5):
        assert (await anext(bus.receive(Topic.RUNS))).id == "r1"
    await bus.close()


async def test_a_bus_that_is_away_is_said_and_the_sweep_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:9")
    store = MemoryStore()
    await fill(store)
    settled = await deadletters.retry(store, await deadletters.find(store, ["r1"]))
    said = await deadletters.tell(load(), settled)
    assert said.startswith("a worker goes on with it within 30 s; it could not be announced: NATS at")
    assert "r1" in [due.id for due in await store.due_runs(10)]


def cli(*arguments: str) -> bytes:
    import subprocess

    program = shutil.which("redfirst", path=sysconfig.get_path("scripts")) or sys.exit("not installed")
    return subprocess.run([program, "dead", *arguments], capture_output=True, check=True).stdout


async def test_beside_a_running_serve_on_sqlite_a_retried_run_is_due_again() -> None:
    async with kept() as store:
        await fill(store)
        assert [due.id for due in await store.due_runs(10)] == ["alive"]
        said = await asyncio.to_thread(cli, "retry", "r1")
        assert b"goes on with it within 30 s" in said
        assert {due.id for due in await store.due_runs(10)} == {"alive", "r1"}
