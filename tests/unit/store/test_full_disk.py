"""A disk without room: what cannot be kept is refused with a sentence, and what was acknowledged stays."""

from __future__ import annotations

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

from tests.services.full_disk import Told
from tests.services.need import need

BYTES = 3_000_000
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def told(tmp_path: Path) -> Told:
    bubblewrap = need("bubblewrap", shutil.which("bwrap"), "install the package bubblewrap")
    at = tmp_path / "disk"
    at.mkdir()
    child = await asyncio.create_subprocess_exec(
        *(bubblewrap, "--dev-bind", "/", "/", "--size", str(BYTES), "--tmpfs", str(at)),
        *("--die-with-parent", "--", sys.executable, "-m", "tests.services.full_disk", str(at)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    said, _ = await child.communicate()
    assert child.returncode == 0
    assert list(at.iterdir()) == [], "the disk was the child's own"
    return Told.model_validate_json(said)


async def test_on_a_full_disk_writes_are_refused_and_go_on_once_there_is_room(
    tmp_path: Path, told: Told
) -> None:
    at = tmp_path / "disk"
    full = f"the disk that holds the store {at}/x.db is full: make room, and try again"
    assert (told.full_append, told.full_delivery) == (full, full)
    assert set(told.full_together) == {full, ""}
    assert told.full_open == full.replace("x.db", "new.db")
    assert told.full_blob == (
        f"a long row could not be kept: cannot write to {at}/blobs: No space left on device; "
        "make room, and try again"
    )
    assert told.parts_left == []
    assert told.acknowledged[-3:] == ["after", "after all", "long after all"]
    assert told.kept == told.acknowledged
    assert told.deliveries_kept == told.deliveries_acknowledged
    assert told.integrity == "ok"
