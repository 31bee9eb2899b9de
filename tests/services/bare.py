"""The Python that each server makes for its sandboxes, made once for all of them and kept below `.cache/`.

Our own environment would do for bubblewrap, but there pytest loads a dozen plugins before it runs anything.
"""

from __future__ import annotations

import fcntl
import functools
from pathlib import Path

from bot.sandboxes.process.bare_python import bare_python

CACHE = Path(__file__).parents[2] / ".cache"


@functools.cache
def python() -> Path:
    """What `REDFIRST_SANDBOX_PYTHON` is set to; made by one of those who want it."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "python-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return bare_python(CACHE)
