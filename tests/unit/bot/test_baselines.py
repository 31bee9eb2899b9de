"""Which base was measured before: kept in files, read with suspicion, and no run fails for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot import baselines as module
from bot.baselines import FolderBaselines, MemoryBaselines

KEY, DIGEST = "a" * 64, "0123456789abcdef" * 4


@pytest.mark.parametrize("kind", ["folder", "memory"])
async def test_what_was_kept_is_found_and_nothing_else(kind: str, tmp_path: Path) -> None:
    kept = FolderBaselines(tmp_path / "baselines") if kind == "folder" else MemoryBaselines()
    assert await kept.find(KEY) is None
    await kept.keep(KEY, DIGEST)
    assert await kept.find(KEY) == DIGEST
    assert await kept.find("b" * 64) is None
    await kept.keep(KEY, DIGEST[::-1])
    assert await kept.find(KEY) == DIGEST[::-1]


async def test_it_outlives_the_process(tmp_path: Path) -> None:
    await FolderBaselines(tmp_path).keep(KEY, DIGEST)
    assert await FolderBaselines(tmp_path).find(KEY) == DIGEST


@pytest.mark.parametrize(
    "said", [b"", b"short", b"x" * 500, DIGEST.encode() + b"\n", b"../" * 21 + b"x", b"\xff" * 64]
)
async def test_a_file_that_says_something_else_says_nothing(said: bytes, tmp_path: Path) -> None:
    (tmp_path / KEY).write_bytes(said)
    assert await FolderBaselines(tmp_path).find(KEY) is None


async def test_where_nothing_can_be_written_nothing_is_kept_and_nobody_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = FolderBaselines(tmp_path / "file")
    await kept.keep(KEY, DIGEST)
    assert await kept.find(KEY) is None


async def test_no_part_of_a_file_is_left_behind(tmp_path: Path) -> None:
    kept = FolderBaselines(tmp_path)
    await kept.keep(KEY, DIGEST)
    assert [path.name for path in tmp_path.iterdir()] == [KEY]


async def test_of_too_many_the_oldest_half_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 4)
    kept = FolderBaselines(tmp_path)
    for number in range(4):
        await kept.keep(f"{number}" * 64, DIGEST)
        os.utime(tmp_path / (f"{number}" * 64), (number, number))
    await kept.keep("4" * 64, DIGEST)
    assert sorted(path.name[0] for path in tmp_path.iterdir()) == ["2", "3", "4"]
