"""How long a message may be in hand, and how often it is tried: the same on every bus."""

from __future__ import annotations

ACK_SECONDS = 30.0
"""Unless it is said that work goes on, a message is given to somebody else after this time."""

MAX_DELIVERIES = 10
"""After these it is put aside, for a person to look at."""
