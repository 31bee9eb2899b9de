"""Servers that tests start, and that go when the tests are killed."""

from __future__ import annotations

import shutil


def until_we_die(word: str) -> list[str]:
    """Put before a command: the kernel tells it when the thread that started it has ended."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", word, "--"] if setpriv else []
