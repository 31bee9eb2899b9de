"""The inside of a contender: it is asked on its input, measures, and answers on its output.

Nothing of the project is imported here: peers run in an environment of their own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

# A run is this many steps, each of which adds one to the number that it is given.
STEPS = 10

# The first runs are for what is compiled, cached or connected on the way. Nobody counts them.
WARM_UP_RUNS = 16


@dataclass(frozen=True, slots=True)
class Took:
    seconds: float
    cpu: float
    """Seconds of all threads of this process; what a database server does for it is not there."""


class Clock:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def took(self) -> Took:
        return Took(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def answer(measure: Callable[[int, int], Took], versions: Mapping[str, str]) -> None:
    """Measures as often as it is asked: how many runs, how many of them at once."""
    for at_once in (1, WARM_UP_RUNS):
        measure(at_once, WARM_UP_RUNS)
    _say(versions=dict(versions))
    for line in sys.stdin:
        asked = json.loads(line)
        _say(**asdict(measure(asked["at_once"], asked["runs"])))


def _say(**words: object) -> None:
    print(json.dumps({"answer": words}), flush=True)
