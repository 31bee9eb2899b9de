"""How often a thing is tried of which nothing comes, and how long it is left alone in between."""

from __future__ import annotations

MOST_TRIES = 10
"""After these it is put aside, for a person to look at."""

LONGEST_REST = 8.0


def rest(tries: int) -> float:
    """Seconds. All of them together are less than a minute: a person is to hear of it soon."""
    return min(2.0 ** (tries - 1), LONGEST_REST)
