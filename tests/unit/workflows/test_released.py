"""Journals that earlier releases wrote, cut off anywhere, are finished by this one as those would have.

At each release the journals of that day are kept under `released/`: rows as they stood in the store, and the
blobs that they refer to. They are never edited.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from pydantic import BaseModel, TypeAdapter

from bot.blobs import MemoryBlobs
from bot.store.port import NewRun
from tests.unit.fakes import trigger
from tests.unit.workflows.scene import MENDED, WRITE_FIX, WRONG, Scene
from workflows.engine.definition import digest
from workflows.engine.entries import Recorded, Row, RunCompleted, RunStarted, StepCompleted
from workflows.engine.status import RunStatus
from workflows.fix import fix

RELEASED = Path(__file__).parent / "released"
KEPT = sorted(RELEASED.glob("*/fix.journal.jsonl"))


class Blob(BaseModel):
    digest: str
    content: str


def rows_of(kept: Path) -> list[Row]:
    return [TypeAdapter(Row).validate_json(line) for line in kept.read_text().splitlines()]


async def blobs_of(kept: Path) -> MemoryBlobs:
    blobs = MemoryBlobs()
    for line in kept.with_name("fix.blobs.jsonl").read_text().splitlines():
        blob = Blob.model_validate_json(line)
        assert await blobs.put(base64.b64decode(blob.content)) == blob.digest
    return blobs


async def left_by(kept: Path, length: int) -> Scene:
    """A run as it stood when so many of its rows had been written."""
    rows = rows_of(kept)[:length]
    started = rows[0].entry
    assert isinstance(started, RunStarted)
    scene = Scene(fixer=(WRONG, MENDED, WRITE_FIX, MENDED))
    for row in rows[1:]:
        # What was thought before the cut has been paid for.
        if isinstance(row.entry, Recorded) and row.entry.name.removeprefix("turn ").isdecimal():
            scene.model.skip(route_of(row.entry.path))
    blobs = await blobs_of(kept)
    for content in blobs.kept.values():
        await scene.ports.blobs.put(content)
    scene.run = "r0b220df196911513"
    await scene.store.create_run(NewRun(id=scene.run, trigger=trigger(), started=started))
    if rows[1:]:
        await scene.store.append(scene.run, 1, [row.entry for row in rows[1:]], None)
    return scene


def route_of(path: str) -> str:
    return {"plan": "plan", "write_test": "author", "write_fix": "fix"}[path.rpartition("/")[2]]


def cuts() -> list[tuple[Path, int]]:
    return [(kept, length) for kept in KEPT for length in range(1, len(rows_of(kept)))]


def test_there_are_journals_of_every_earlier_release() -> None:
    changes = (Path(__file__).parents[3] / "CHANGELOG.md").read_text()
    released = re.findall(r"^## ([0-9.]+)$", changes, re.MULTILINE)
    assert released
    assert {kept.parent.name for kept in KEPT} == set(released)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.parent.name)
def test_the_journal_is_of_another_definition_which_this_one_declares_it_can_finish(kept: Path) -> None:
    started = rows_of(kept)[0].entry
    assert isinstance(started, RunStarted)
    assert started.definition == digest(fix) or started.definition in fix.goes_on_with


@pytest.mark.parametrize(
    ("kept", "length"), cuts(), ids=lambda part: getattr(part, "parent", Path(str(part))).name
)
async def test_a_run_cut_off_anywhere_is_finished_as_that_release_would_have(kept: Path, length: int) -> None:
    scene = await left_by(kept, length)
    status = await scene.go()
    if status is RunStatus.SUSPENDED:
        status = await scene.reviewed()
    assert status is RunStatus.COMPLETED
    then, now = rows_of(kept)[-1].entry, (await scene.store.rows(scene.run))[-1].entry
    assert isinstance(then, RunCompleted)
    assert isinstance(now, RunCompleted)
    assert isinstance(then.output, dict)
    assert isinstance(now.output, dict)
    # A proof says what its release knew of it, and is written once more with its commit: until then its
    # digest is another.
    cut = [row.entry for row in rows_of(kept)[:length]]
    if not any(isinstance(entry, StepCompleted) and entry.path == "fix/propose" for entry in cut):
        assert now.output.pop("proof")
        assert then.output.pop("proof")
    assert now.output == then.output
