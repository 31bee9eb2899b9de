"""`redfirst store …` as an operator has it: the program, its exit codes, and what a kill leaves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from tests.services.warm import warm
from tests.unit.store.stocked import Stocked, age, stock, written
from workflows.engine.entries import Recorded, RunCompleted


@pytest.fixture
def here(tmp_path: Path) -> Stocked:
    return Stocked(f"sqlite:///{tmp_path}/data/redfirst.db", tmp_path / "data" / "blobs")


def environment(there: Stocked) -> dict[str, str]:
    ours = {"REDFIRST_DATA_DIR": str(there.folder.parent), "REDFIRST_DATABASE_URL": there.url}
    return {**{name: value for name, value in os.environ.items() if not name.startswith("REDFIRST_")}, **ours}


def redfirst(there: Stocked, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*warm(), "store", *map(str, arguments)],
        env=environment(there),
        cwd=there.folder.parent.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def answer(there: Stocked, *arguments: str | Path, code: int = 0) -> dict[str, Any]:
    done = redfirst(there, *arguments, "--json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


async def test_from_sqlite_to_postgresql_and_on(here: Stocked, postgres_url: str, tmp_path: Path) -> None:
    await stock(here)
    file = tmp_path / "b.tar.gz"
    taken = answer(here, "backup", file)
    assert taken["ok"]
    assert taken["tables"] == {
        "dead_letters": 1,
        "deliveries": 3,
        "journal": 13,
        "runs": 5,
        "triggers": 5,
    }
    there = Stocked(postgres_url, tmp_path / "there" / "blobs")
    assert answer(there, "restore", file)["blobs"] == 3
    checked = answer(there, "check")
    assert (checked["ok"], checked["runs"], checked["blobs"], checked["findings"]) == (True, 5, 3, [])
    again = redfirst(there, "restore", file)
    assert (again.returncode, again.stdout) == (1, "")
    assert "is not empty" in again.stderr
    age(there, 100)
    assert answer(there, "prune", "--older-than", "90d", "--dry-run")["runs"] == 2
    assert answer(there, "prune", "--older-than", "90d")["rows"] == 6
    assert answer(there, "check")["runs"] == 3


async def test_people_are_told_in_sentences(here: Stocked, tmp_path: Path) -> None:
    names = await stock(here)
    file = tmp_path / "b.tar.gz"
    assert redfirst(here, "backup", file).stdout.startswith(
        f"{file}: 5 runs with 13 rows, 3 deliveries, 3 blobs (0.0 MB)"
    )
    whole = redfirst(here, "check")
    assert (whole.returncode, whole.stdout.splitlines()[-1]) == (0, "✓ nothing is wrong")
    here.execute("UPDATE runs SET status = 'failed', path = :path WHERE id = 'going'", path="\x1b[31mred")
    broken = redfirst(here, "check")
    assert broken.returncode == 1
    assert "✗ run going: it says that it is failed, and its journal says running: restore" in broken.stdout
    assert "\x1b" not in broken.stdout
    here.blobs.at(names["proof"]).unlink()
    less = redfirst(here, "backup", file, "--force")
    assert less.returncode == 0
    assert less.stderr.startswith(
        "redfirst: 1 blobs that rows need were not there or damaged when the backup"
    )
    there = Stocked(f"sqlite:///{tmp_path}/there/redfirst.db", tmp_path / "there" / "blobs")
    assert redfirst(there, "restore", file).stdout.startswith("restored 5 runs with 13 rows")
    pruned = redfirst(there, "prune", "--older-than", "90d", "--dry-run").stdout
    assert pruned.startswith("would remove 0 ended runs")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check",), "there is no store at"),
        (("backup", "b.tar.gz"), "there is no store at"),
        (("prune", "--older-than", "90d"), "there is no store at"),
        (("prune", "--older-than", "soon"), "'soon' is not an age: give hours, days or weeks"),
        (("restore", "nowhere.tar.gz"), "cannot read the backup nowhere.tar.gz: there is no such file"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_makes_nothing(
    here: Stocked, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = redfirst(here, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(f"redfirst: {said}")
    assert not (here.folder.parent / "redfirst.db").exists()
    assert not (tmp_path / "b.tar.gz").exists()
    failed = answer(here, *arguments, code=1)
    assert (failed["ok"], failed["error"][: len(said)]) == (False, said)


async def many(there: Stocked, runs: int) -> None:
    value: JsonValue = {"text": "x" * 2000}
    entries = [Recorded(path="p", name=str(n), value=value) for n in range(100)]
    async with there.opened() as store:
        for n in range(runs):
            await written(store, f"r{n}", *entries, RunCompleted(output={}), number=n)


async def interrupted(there: Stocked, word: signal.Signals, *arguments: str | Path, until: Path) -> int:
    """Started, and told to stop as soon as this file is there."""
    program = await asyncio.create_subprocess_exec(
        *(*warm(), "store", *map(str, arguments)),
        env=environment(there),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        while program.returncode is None and not list(until.parent.glob(until.name)):
            await asyncio.sleep(0.001)
    assert program.returncode is None, "it was done before it could be stopped"
    program.send_signal(word)
    _, said = await asyncio.wait_for(program.communicate(), 30)
    assert b"Traceback" not in said
    assert program.returncode is not None
    return program.returncode


@pytest.mark.parametrize(
    ("word", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
async def test_a_restore_that_is_stopped_leaves_an_empty_store(
    here: Stocked, tmp_path: Path, word: signal.Signals, code: int
) -> None:
    await many(here, 100)
    file = tmp_path / "b.tar.gz"
    assert redfirst(here, "backup", file).returncode == 0
    there = Stocked(f"sqlite:///{tmp_path}/there/redfirst.db", tmp_path / "there" / "blobs")
    # Some pages are in the log by then, and none of them is committed.
    assert await interrupted(there, word, "restore", file, until=tmp_path / "there" / "*.db-wal") == code
    assert answer(there, "restore", file)["tables"]["runs"] == 100
    assert answer(there, "check")["runs"] == 100


@pytest.mark.parametrize(("word", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_a_backup_that_is_stopped_leaves_nothing(
    here: Stocked, tmp_path: Path, word: signal.Signals, code: int
) -> None:
    await many(here, 100)
    (tmp_path / "to").mkdir()
    file = tmp_path / "to" / "b.tar.gz"
    stopped = await interrupted(here, word, "backup", file, until=tmp_path / "to" / "b.tar.gz.part-*")
    assert stopped == code
    assert list((tmp_path / "to").iterdir()) == []
