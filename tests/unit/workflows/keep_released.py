"""Keeps the journals of this release for all later ones: `python -m tests.unit.workflows.keep_released`."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path

from bot.blobs import MemoryBlobs
from bot.release import release
from tests.unit.workflows.scene import MENDED, WRITE_FIX, WRONG, Scene
from tests.unit.workflows.test_released import RELEASED, Blob
from tests.unit.workflows.trees import patient


async def keep(folder: Path) -> None:
    """A run whose first fix is refused, up to its end, with nothing left out."""
    scene = await Scene(fixer=(WRONG, MENDED, WRITE_FIX, MENDED)).begin()
    with patient():
        await scene.go()
        await scene.reviewed()
    rows = await scene.store.rows(scene.run)
    assert isinstance(scene.ports.blobs, MemoryBlobs)
    blobs = [
        Blob(digest=digest, content=base64.b64encode(content).decode())
        for digest, content in scene.ports.blobs.kept.items()
    ]
    folder.mkdir()
    (folder / "fix.journal.jsonl").write_text("".join(f"{row.model_dump_json()}\n" for row in rows))
    (folder / "fix.blobs.jsonl").write_text("".join(f"{blob.model_dump_json()}\n" for blob in blobs))


if __name__ == "__main__":
    asyncio.run(keep(RELEASED / release()))
