"""What looks like data, which nobody writes in a program who has not read the test. Pure."""

from __future__ import annotations

import re

_ROUND = frozenset(
    {
        *(7, 10, 12, 16, 20, 24, 30, 50, 60, 90, 100, 127, 180, 255, 360, 365),
        *(1_000, 3_600, 10_000, 65_535, 86_400, 1_000_000),
        *(2**power for power in range(65)),
        *range(-3, 10),
    }
)
_WORD = re.compile(r"[\W_]{0,2}[a-z][a-z0-9]{0,15}(?:[-_/.;=:+]{0,2}[a-z0-9]{0,12})?[\W_]{0,2}")


def is_trivial(key: str | float) -> bool:
    if isinstance(key, str):
        return len(key) < 2 or (len(key) < 3 and not key.isalnum())
    return -1 <= key < 3


def is_data(key: str | float) -> bool:
    """Nobody would write it in a program who had not read the test."""
    if isinstance(key, str):
        return len(key) >= 3 and _WORD.fullmatch(key) is None and any(char.isalnum() for char in key)
    return key not in _ROUND and not 100 <= key < 600
