"""What one delivery costs before it is kept: its signature, and being read."""

from __future__ import annotations

import hashlib
import hmac
import timeit
from collections.abc import Callable

from bot.web import intake
from tests.bench.delivering.payload import SECRET, body

TIMES = 2_000
HMAC = "HMAC of 12 KB (µs)"
READ = "reading 12 KB: JSON, UTF-8, depth (µs)"


def measured() -> dict[str, float]:
    text, secret = body(), SECRET.encode()
    unreadable = intake._unreadable  # pyright: ignore[reportPrivateUsage]
    return {
        HMAC: _microseconds(lambda: hmac.digest(secret, text, hashlib.sha256)),
        READ: _microseconds(lambda: unreadable(text)),
    }


def _microseconds(act: Callable[[], object]) -> float:
    return min(timeit.repeat(act, number=TIMES, repeat=5)) / TIMES * 1e6
