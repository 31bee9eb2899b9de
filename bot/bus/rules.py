"""How long a message may be in hand, and how long a mark is remembered: the same on every bus."""

from __future__ import annotations

ACK_SECONDS = 30.0
"""Unless it is said that work goes on, a message is given to somebody else after this time."""

MARK_SECONDS = 120.0
"""What was announced with a mark is not announced again with the same one for so long.

Some sweeps long, so that they may repeat themselves. Not longer: a hint that was lost after the broker had
taken it is wanted again.
"""
