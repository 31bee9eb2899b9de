"""A repository of the little project on this machine, and the sandboxes that judge it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from bot.sandboxes.memory import MemorySandboxes
from tests.unit.bot.test_local_forge import run
from tests.unit.fakes import running
from tests.unit.workflows.scene import honest


def commit(root: Path, files: Mapping[str, str]) -> str:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "x")
    return run(root, "rev-parse", "HEAD")


def repository(beside: Path) -> Path:
    root = beside / "reds"
    root.mkdir()
    run(root, "init", "-q", "-b", "main")
    return root


def judged_by(
    command: ModuleType, monkeypatch: pytest.MonkeyPatch, data: Path, made: MemorySandboxes | None = None
) -> MemorySandboxes:
    """Those of the little project, where the operator's own would be."""
    boxes = made or running(honest)

    async def ours(*_: object, **__: object) -> MemorySandboxes:
        return boxes

    monkeypatch.setattr(command, "sandboxes_of", ours)
    monkeypatch.setenv("REDFIRST_DATA_DIR", str(data))
    return boxes
