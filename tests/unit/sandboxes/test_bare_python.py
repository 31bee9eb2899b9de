"""The Python of bubblewrap sandboxes, made on first use by whoever comes first."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.sandboxes.process import bare_python as made_here
from bot.sandboxes.process.bare_python import bare_python


def test_several_that_make_it_at_once_all_get_the_same_and_nothing_else_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The smallest of them: what takes seconds is to compile the others.
    monkeypatch.setattr(made_here, "_PACKAGES", ("iniconfig",))
    root = tmp_path / "data"
    with ThreadPoolExecutor(2) as pool:
        made = set(pool.map(bare_python, [root] * 2))
    assert [*root.iterdir()] == [*made]
    (folder,) = made
    done = subprocess.run([folder / "bin" / "python", "-c", "import iniconfig"], check=False)
    assert done.returncode == 0
    assert folder.stat().st_mode & 0o777 == 0o755
