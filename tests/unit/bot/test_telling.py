"""The journal as lines for people: every kind of entry has its say."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from pydantic import JsonValue

from bot.cli.telling import Line, follow, lines
from bot.store.memory import MemoryStore
from policies.effects import CommitRef, PullRequestRef
from tests.unit.bot.stages import case, planned, repairing, reproducing
from tests.unit.workflows.trees import Clock, N, adds, begun, go
from workflows.case import Proposed
from workflows.engine import signals
from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    Resumed,
    RunCompleted,
    RunFailed,
    RunParked,
    RunStarted,
    Slept,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
    Woke,
)
from workflows.engine.nodes import workflow
from workflows.errors import Failure, Who

FAILURE = Failure(who=Who.USER, sentence="no such page", feedback="said last")


def said(entry: Entry) -> list[Line]:
    return list(lines(entry))


def completed(step: str, output: JsonValue) -> list[Line]:
    return said(StepCompleted(path=f"fix/{step}", output=output))


NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
ONE_OF_EACH: list[tuple[Entry, list[Line]]] = [
    (
        RunStarted(workflow="fix", definition="d", release="0.1.0", input={}),
        [Line("fix started by release 0.1.0", "dim")],
    ),
    (StepStarted(path="fix/reproduce[2]/write_test"), [Line("writing a test …", "dim")]),
    (StepStarted(path="fix/conclude"), [Line("conclude …", "dim")]),
    (StepFailed(path="p", attempt=1, failure=FAILURE), [Line("no such page", "bad")]),
    (StepCompleted(path="fix/prove", output={}), []),
    (Recorded(path="p", name="effect r1/fix/commit", value={}), []),
    (
        Suspended(path="fix/review", waits_for="Review"),
        [Line("waits for a review by a person (fix/review)", "good")],
    ),
    (
        Suspended(path="fix/review", waits_for="Review", until=NOON),
        [Line("waits for a review by a person, until 2026-01-02 12:00 UTC (fix/review)", "good")],
    ),
    (Slept(path="fix/nap", until=NOON), [Line("sleeps until 2026-01-02 12:00 UTC", "dim")]),
    (Woke(path="fix/nap"), [Line("nap: the time has come", "dim")]),
    (RunParked(), []),
    (
        RunParked(wake_at=NOON, why="GitHub does not answer"),
        [Line("waits until 12:00:00 UTC: GitHub does not answer", "bad")],
    ),
    (Resumed(path="fix/review", key="k", by="me", payload={}), [Line("me answered")]),
    (Cancelled(by="me", reason="enough"), [Line("cancelled by me: enough", "bad")]),
    (RunCompleted(output={}), [Line("completed", "good")]),
    (RunFailed(failure=FAILURE), [Line("failed: no such page", "bad", "said last")]),
]


@pytest.mark.parametrize(("entry", "told"), ONE_OF_EACH, ids=lambda value: getattr(value, "kind", ""))
def test_every_kind_of_entry_is_told(entry: Entry, told: list[Line]) -> None:
    assert said(entry) == told


def test_no_kind_of_entry_is_left_out() -> None:
    assert {type(entry) for entry, _ in ONE_OF_EACH} == set(get_args(get_args(Entry)[0]))


def test_the_base_and_the_plan_are_told() -> None:
    (line,) = completed("prepare", case().model_dump(mode="json"))
    assert line == Line("base bbbbbbbbbbbb: 9 passed (docker sandbox, network none)")
    (line,) = completed("plan", planned().model_dump(mode="json"))
    assert line == Line("plan: it rounds down")


def test_red_is_told_with_its_assertion_and_a_refusal_with_its_reason() -> None:
    (line,) = completed("reproduce[1]/check_red", reproducing(red=True).model_dump(mode="json"))
    assert line == Line("RED  tests/test_new.py::test_it fails, 3 of 3 times", "red", "assert 1 == 2")
    (line,) = completed(
        "reproduce[1]/check_red", reproducing(feedback="it passes.\nlong").model_dump(mode="json")
    )
    assert line == Line("refused: it passes.", "bad")


def test_green_is_told_and_what_else_was_run() -> None:
    green = repairing(green=True).model_dump(mode="json")
    assert completed("repair[1]/check_green", green) == [Line("GREEN  it passes, 3 of 3 times", "good")]
    refused = repairing(feedback="it still fails.\nlong").model_dump(mode="json")
    assert completed("repair[1]/check_green", refused) == [Line("refused: it still fails.", "bad")]
    assert completed("repair[1]/check_suite", refused) == []
    whole = repairing(green=True, suite=True).model_dump(mode="json")
    assert completed("repair[1]/check_suite", whole) == [Line("nothing else broke: 10 passed", "good")]
    worse = repairing(green=True, feedback="others fail.").model_dump(mode="json")
    assert completed("repair[1]/check_suite", worse) == [Line("refused: others fail.", "bad")]


@pytest.mark.parametrize(("url", "shown"), [("https://x/8", "https://x/8"), ("", "redfirst/7")])
def test_a_proposal_is_told_by_its_address_or_its_branch(url: str, shown: str) -> None:
    proposed = Proposed(
        case=case(),
        commit=CommitRef(ref="c", sha="c", branch="redfirst/7"),
        pull_request=PullRequestRef(ref="8", number=8, url=url),
        proof="d",
    )
    assert completed("propose", proposed.model_dump(mode="json")) == [Line(f"proposed: {shown}", "good")]


def recorded(name: str, value: JsonValue) -> list[Line]:
    return said(Recorded(path="fix/plan", name=name, value=value))


def turn(arguments: str) -> JsonValue:
    return {"tool_calls": [{"id": "1", "name": "run", "arguments": arguments}]}


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ('{"command": "make test"}', "  run make test"),
        ('{"command": "one\\ntwo", "more": 3}', "  run one  3"),
        ('{"a": "", "b": "x"}', "  run x"),
        ("{}", "  run "),
        ("not json", "  run "),
        ("[1]", "  run "),
        (f'{{"command": "{"x" * 99}"}}', "  run " + "x" * 60),
    ],
)
def test_what_a_model_does_is_told_in_brief(arguments: str, shown: str) -> None:
    assert recorded("turn 3", turn(arguments)) == [Line(shown, "dim")]


def test_of_what_a_tool_said_only_a_failure_is_told() -> None:
    assert recorded("turn 3 call 1", {"text": "no such file\nmore", "failed": True}) == [
        Line("  no such file", "dim")
    ]
    assert recorded("turn 3 call 1", {"text": "fine"}) == []
    assert recorded("turn 3 call 1", {"text": "", "failed": True}) == []


async def test_a_run_that_went_on_after_a_rest_is_followed_to_its_end() -> None:
    tree = workflow("w", N).then(adds("one")).suspend("review", waits_for=N)
    store = await begun(tree, MemoryStore())
    await go(tree, store)
    await signals.resume(store, tree, "r1", N(), by="me", key="k")
    await go(tree, store)
    seen = [row.entry.kind async for row in follow(store, "r1", every=0.01)]
    assert seen[-4:] == ["suspended", "run.parked", "resumed", "run.completed"]


async def test_a_run_that_only_waits_for_a_time_is_followed_on() -> None:
    clock = Clock()
    store = MemoryStore(clock)
    tree = workflow("w", N).then(adds("one")).sleep("nap", timedelta(hours=1))
    await begun(tree, store)
    watching = asyncio.create_task(_kinds(store))
    await go(tree, store, clock=clock)
    await asyncio.sleep(0.05)
    assert not watching.done()
    clock.now += 3601
    await go(tree, store, clock=clock)
    assert (await asyncio.wait_for(watching, 5))[-1] == "run.completed"


async def _kinds(store: MemoryStore) -> list[str]:
    return [row.entry.kind async for row in follow(store, "r1", every=0.01)]


async def test_a_run_is_followed_until_it_rests() -> None:
    store = await begun(tree := workflow("w", N).then(adds("one")), MemoryStore())

    async def watch() -> list[str]:
        return [row.entry.kind async for row in follow(store, "r1", every=0.01)]

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.03)
    await go(tree, store)
    assert await asyncio.wait_for(watching, 5) == [
        "run.started",
        "step.started",
        "step.completed",
        "run.completed",
    ]
