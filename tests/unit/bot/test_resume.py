"""`redfirst runs resume`: a run that is answered from outside, and when it goes on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.bus.nats import NatsBus
from bot.bus.port import Topic
from bot.cli.app import app
from bot.settings import load
from bot.store import store_at
from bot.store.port import NewRun
from tests.contract.stores import held
from tests.unit.fakes import trigger
from workflows.engine.definition import digest
from workflows.engine.entries import RunParked, RunStarted, Suspended
from workflows.engine.status import RunStatus
from workflows.registry import WORKFLOWS

ANSWER = json.dumps({"verdict": "merged", "by": "maintainer"})


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run that waits for a review, in the store that the command finds."""
    for name in ("NATS_URL", "REDFIRST_NATS_URL", "REDFIRST_DATABASE_URL", "REDFIRST_SWEEP_SECONDS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDFIRST_DATA_DIR", str(tmp_path))
    asyncio.run(make())
    return "r1"


async def make() -> None:
    asked = trigger()
    started = RunStarted(
        workflow="fix",
        definition=digest(WORKFLOWS.find("fix")),
        release="0.1.0",
        input=asked.model_dump(mode="json"),
    )
    store = store_at(load().store_url)
    await store.open()
    await store.create_run(NewRun(id="r1", trigger=asked, started=started))
    lease = await held(store, "r1")
    await store.append("r1", 1, [Suspended(path="fix/review", waits_for="Review"), RunParked()], lease.fence)
    await store.close()


def resume(run: str, *more: str, answer: str = ANSWER, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["runs", "resume", run, answer, *more], input=stdin)


async def announced(nats_url: str) -> str:
    bus = NatsBus(nats_url)
    await bus.open()
    async with asyncio.timeout(5):
        message = await anext(bus.receive(Topic.RUNS))
    await bus.close()
    return message.id


async def check(nats_url: str) -> str:
    bus = NatsBus(nats_url)
    await bus.open()
    said = await bus.check()
    await bus.close()
    return said


async def status(run: str) -> RunStatus:
    store = store_at(load().store_url)
    await store.open()
    found = await store.run(run)
    await store.close()
    return found.status


def test_on_a_bus_that_is_shared_workers_hear_of_it_at_once(
    waiting: str, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATS_URL", nats_url)
    said = resume(waiting)
    assert said.stdout == "r1 is answered: a worker that is free goes on with it at once\n"
    assert asyncio.run(announced(nats_url)) == "r1"


def test_beside_a_private_bus_it_says_how_long_it_may_take(waiting: str) -> None:
    said = resume(waiting)
    assert (said.exit_code, said.stdout) == (0, "r1 is answered: a worker goes on with it within 30 s\n")


def test_a_bus_that_is_away_keeps_nobody_from_answering(
    waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATS_URL", "nats://127.0.0.1:9")
    said = resume(waiting, "--json")
    told = json.loads(said.stdout)
    assert (told["ok"], told["new"]) == (True, True)
    assert "it could not be announced: NATS at 127.0.0.1:9" in told["said"]
    assert asyncio.run(status("r1")) is RunStatus.QUEUED


def test_the_same_answer_again_is_told_to_nobody(
    waiting: str, nats_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resume(waiting, "--key", "k")
    monkeypatch.setenv("NATS_URL", nats_url)
    said = resume(waiting, "--key", "k")
    assert said.stdout == "r1 had been given this answer before\n"
    assert "0 waiting" in asyncio.run(check(nats_url))


def test_the_same_words_again_are_the_same_answer_without_a_key_too(waiting: str) -> None:
    assert resume(waiting).exit_code == 0
    said = resume(waiting)
    assert (said.exit_code, said.stdout) == (0, "r1 had been given this answer before\n")
    said = resume(waiting, answer=json.dumps({"verdict": "closed", "by": "maintainer"}))
    assert (said.exit_code, said.stderr) == (1, "redfirst: run r1 does not wait for an answer\n")


@pytest.mark.parametrize(
    ("answer", "stdin", "told"),
    [
        ("[" * 5_000, b"", "the answer is not JSON"),
        ("-", b'{"by": "\xff"}', "the answer is not JSON"),
        (r'{"verdict": "merged", "by": "\ud800"}', b"", "and the answer cannot be kept"),
        ('{"verdict": "merged", "by": "\udcff"}', b"", "and the answer cannot be kept"),
        ('{"verdict": "perhaps"}', b"", "and the answer is none: verdict"),
    ],
)
def test_a_malformed_answer_is_a_sentence_and_the_run_waits_on(
    waiting: str, answer: str, stdin: bytes, told: str
) -> None:
    said = resume(waiting, "--json", answer=answer, stdin=stdin)
    assert isinstance(said.exception, SystemExit)
    assert (said.exit_code, json.loads(said.stdout)["ok"]) == (1, False)
    assert told in said.stderr
    assert asyncio.run(status("r1")) is RunStatus.SUSPENDED
