"""`redfirst runs`: what is damaged can be stopped, and what is asked in a wrong way is told in a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import halted, migrating
from bot.bus.port import Topic
from bot.cli.app import app
from bot.settings import load
from bot.store.long_rows import LONGEST
from bot.store.memory import MemoryStore
from bot.store.port import Run, Store
from bot.wiring import store_of
from tests.contract.stores import held, new_run
from workflows.engine.definition import digest
from workflows.engine.entries import Cancelled, Entry, Recorded, Row, RunCompleted, RunStarted
from workflows.engine.status import RunStatus
from workflows.ports.effects import Effects
from workflows.registry import WORKFLOWS

LONG = Recorded(path="fix/plan", name="turn", value="x" * LONGEST)
SHORT = Recorded(path="fix/plan", name="turn", value="x")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NATS_URL", "REDFIRST_NATS_URL", "REDFIRST_DATABASE_URL", "REDFIRST_GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDFIRST_DATA_DIR", str(tmp_path))
    return tmp_path


@contextlib.asynccontextmanager
async def kept() -> AsyncGenerator[Store]:
    async with store_of(load()) as store:
        yield store


async def make(entry: Entry) -> None:
    """A run of two rows that was put aside."""
    async with kept() as store:
        await store.create_run(new_run())
        lease = await held(store)
        await store.append("r1", 1, [entry], lease.fence)
        await store.release(lease)
        await store.bury(Topic.RUNS, "r1", 10, "it could not be read")


def redfirst(*arguments: str) -> Result:
    done = CliRunner().invoke(app, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


def sql(place: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(place / "redfirst.db")) as raw, raw:
        raw.execute(statement)


def lose_the_blob(place: Path) -> None:
    [blob] = [found for found in (place / "blobs").rglob("*") if found.is_file()]
    blob.unlink()


def damage_a_row(place: Path) -> None:
    sql(place, "UPDATE journal SET entry = '{oops' WHERE seq = 2")


def lose_the_rows(place: Path) -> None:
    sql(place, "DELETE FROM journal")


def damage_the_trigger(place: Path) -> None:
    sql(place, "UPDATE triggers SET trigger = '{oops'")


def lose_the_trigger(place: Path) -> None:
    sql(place, "DELETE FROM triggers")


DAMAGE = [lose_the_blob, damage_a_row, lose_the_rows, damage_the_trigger, lose_the_trigger]


async def stands() -> RunStatus:
    async with kept() as store:
        return (await store.last("r1"))[1]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_run_that_cannot_be_read_can_be_cancelled_as_is_said_and_a_new_one_can_begin(
    place: Path, damage: Callable[[Path], None]
) -> None:
    asyncio.run(make(LONG if damage is lose_the_blob else SHORT))
    damage(place)
    said = redfirst("runs", "cancel", "r1")
    assert (said.exit_code, said.stdout.startswith("r1 cancelled")) == (0, True)
    assert asyncio.run(stands()) is RunStatus.CANCELLED
    assert redfirst("runs", "cancel", "r1").stdout.startswith("r1 had been cancelled before")

    async def again() -> None:
        async with kept() as store:
            run, is_new = await store.create_run(new_run("r2"))
            assert (run.id, is_new) == ("r2", True)

    asyncio.run(again())


@pytest.mark.parametrize("damage", [lose_the_blob, damage_a_row, lose_the_rows])
def test_that_a_run_that_cannot_be_read_was_stopped_is_said_on_its_issue_all_the_same(
    place: Path, damage: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Entry] = []

    async def tell(effects: Effects, run: Run, rows: Sequence[Row]) -> bool:
        told.append(rows[-1].entry)
        return True

    monkeypatch.setattr(halted, "tell", tell)
    asyncio.run(make(LONG if damage is lose_the_blob else SHORT))
    damage(place)
    said = redfirst("runs", "cancel", "r1", "--reason", "enough")
    assert (said.exit_code, said.stdout) == (0, "r1 cancelled; GitHub shows it\n")
    assert [entry.kind for entry in told] == ["cancelled"]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_dead_letter_of_a_run_that_cannot_be_read_can_be_dropped(
    place: Path, damage: Callable[[Path], None]
) -> None:
    asyncio.run(make(LONG if damage is lose_the_blob else SHORT))
    damage(place)
    said = redfirst("dead", "drop", "--all")
    assert (said.exit_code, said.stdout) == (0, "runs/r1 cancelled\n")
    assert asyncio.run(stands()) is RunStatus.CANCELLED


def test_a_run_with_a_damaged_trigger_says_so(place: Path) -> None:
    asyncio.run(make(SHORT))
    damage_the_trigger(place)
    for command in (["show", "r1"], ["list"]):
        said = redfirst("runs", *command)
        assert said.exit_code == 1
        assert "the trigger of run r1 is damaged: restore the store from a backup" in said.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("runs", "show", "\udcff"),
        ("runs", "cancel", "\udcff"),
        ("runs", "cancel", "r1", "--reason", "\udcff"),
        ("runs", "resume", "r1", "{}", "--key", "\udcff"),
        ("dead", "drop", "\udcff"),
        ("dead", "drop", "r1", "--reason", "\udcff"),
        ("deliveries", "show", "\udcff"),
    ],
)
def test_an_argument_that_is_not_text_is_a_sentence(arguments: Sequence[str]) -> None:
    asyncio.run(make(SHORT))
    said = redfirst(*arguments, "--json")
    assert said.exit_code == 1
    assert not json.loads(said.stdout.splitlines()[-1])["ok"]


@pytest.mark.parametrize("group", ["runs", "dead", "deliveries"])
def test_a_limit_beyond_all_that_there_can_be_is_a_usage_error(group: str) -> None:
    said = redfirst(group, "list", "--limit", "9223372036854775808")
    assert said.exit_code == 2
    assert redfirst(group, "list", "--limit", "1000000").exit_code == 0


async def test_for_programs_a_run_is_followed_row_by_row_until_it_ends() -> None:
    await make(SHORT)
    program = str(Path(sys.executable).with_name("redfirst"))
    following = await asyncio.create_subprocess_exec(
        *(program, "runs", "show", "r1", "--follow", "--json"), stdout=asyncio.subprocess.PIPE
    )
    assert following.stdout is not None
    lines = [await following.stdout.readline() for _ in range(2)]
    async with kept() as store:
        await store.append("r1", 2, [Cancelled(by="m", reason="enough")], fence=None)
    lines += (await following.communicate())[0].splitlines()
    kinds = [json.loads(line)["entry"]["kind"] for line in lines]
    assert (kinds, following.returncode) == (["run.started", "recorded", "cancelled"], 0)


async def test_of_what_this_release_cannot_finish_the_oldest_is_listed_too() -> None:
    store = MemoryStore()
    ours = digest(WORKFLOWS.find("fix"))
    for number in range(60):
        new = new_run(f"r{number}", number=number + 1)
        started = RunStarted(workflow="fix", definition=ours if number else "old", release="1", input={})
        await store.create_run(new.model_copy(update={"started": started}))
    assert [each.run for each in await migrating.waiting(store)] == ["r0"]
    lease = await held(store, "r0")
    await store.append("r0", 1, [RunCompleted(output={})], lease.fence)
    assert await migrating.waiting(store) == []
