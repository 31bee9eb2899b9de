"""GitHub's rate limits: how long it wants to be left alone, from what an answer says."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from bot.retry_after import asked_to_wait

LEAST_WAIT = 60.0
"""What GitHub wants of those whom it has limited without saying for how long."""

LONGEST_WAIT = 3600.0
"""Its limits are by the hour; what says more is not to be believed."""

_WORDS = (b"rate limit", b"abuse detection")


def limited(status: int, headers: Mapping[str, str], said: bytes) -> float | None:
    """Seconds, when the answer is a limit: the primary one, used up, or a secondary one, for haste."""
    if status not in {403, 429}:
        return None
    wait = asked_to_wait(headers)
    if wait is None and headers.get("x-ratelimit-remaining") == "0":
        wait = _until_reset(headers)
    if wait is None and (status == 429 or any(words in said.lower() for words in _WORDS)):
        wait = LEAST_WAIT
    return None if wait is None else min(max(wait, 1.0), LONGEST_WAIT)


def _until_reset(headers: Mapping[str, str]) -> float | None:
    reset = headers.get("x-ratelimit-reset", "")
    # Ten digits last until the year 2286; a number with hundreds of them is an overflow.
    return float(reset) - _their_time(headers) if reset.isdecimal() and len(reset) < 12 else None


def _their_time(headers: Mapping[str, str]) -> float:
    """By GitHub's own clock, where it tells: ours may be wrong."""
    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except ValueError:
        return time.time()


def jittered(wait: float) -> float:
    """A little later than asked: all who were limited together shall not come back together."""
    return wait + random.uniform(0, max(1.0, wait / 10))  # noqa: S311 - chance, not a secret
