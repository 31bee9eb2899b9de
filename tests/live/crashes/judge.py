"""Whether a crashed run is the run it would have been: nothing lost, and nothing done twice that counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pydantic import JsonValue

from tests.live.crashes.ground import Ground
from tests.live.crashes.ledger import Held, Line, What
from tests.live.crashes.life import named
from tests.live.crashes.trees import Made
from workflows.engine.entries import Recorded, Row, RunCompleted, RunParked, StepCompleted


async def faults(ground: Ground, runs: Iterable[str], output: JsonValue) -> list[str]:
    """What is wrong, in words; `output` is that of a run which nothing happened to."""
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in ground.ledger.lines():
        lines[line.run].append(line)
    found: list[str] = []
    for run in runs:
        rows = await ground.store.rows(run)
        found += [f"{run}: {fault}" for fault in _of_journal(rows, output)]
        found += [f"{run}: {fault}" for fault in _of_effects(ground, run, rows)]
        found += [f"{run}: {fault}" for fault in _of_doings(lines[run])]
        found += [f"{run}: {fault}" for fault in _of_leases(lines[run], rows)]
    found += [f"put aside: {letter.item} {letter.said}" for letter in await ground.store.dead_letters()]
    return found


def _of_journal(rows: Sequence[Row], output: JsonValue) -> Iterator[str]:
    if [row.seq for row in rows] != list(range(1, len(rows) + 1)):
        yield "rows are missing"
    last = rows[-1].entry
    if not isinstance(last, RunCompleted):
        yield f"lost: it ended in {last}"
    elif last.output != output:
        yield f"it came to {last.output} and not to {output}"
    once = Counter(
        named(row.entry) for row in rows if isinstance(row.entry, StepCompleted | Recorded | RunCompleted)
    )
    yield from (f"{times} rows of {name}" for name, times in once.items() if times > 1)


def _of_effects(ground: Ground, run: str, rows: Sequence[Row]) -> Iterator[str]:
    made = ground.ledger.effects(run)
    yield from (f"{key} was done {times} times" for key, times in made.items() if times > 1)
    kept = {
        Made.model_validate(row.entry.value).name
        for row in rows
        if isinstance(row.entry, Recorded) and row.entry.name == "effect"
    }
    if kept != ground.ledger.effect_names(run):
        yield f"the journal knows of {sorted(kept)}, the world of {sorted(ground.ledger.effect_names(run))}"


def _of_doings(lines: Sequence[Line]) -> Iterator[str]:
    """What knows nothing of keys is done again only by who is given the run anew, before it is recorded."""
    holder = ""
    since: set[str] = set()
    kept: set[str] = set()
    for line in lines:
        match line.what:
            case What.CLAIMED:
                holder = line.who
                since = set()
            case What.KEPT:
                kept.add(line.place)
            # Who lost the run does not know yet what was recorded since.
            case What.DID if line.who == holder:
                if _row_of(line.place) in kept:
                    yield f"{line.who} did {line.place} though it was recorded"
                if line.place in since:
                    yield f"{line.who} did {line.place} twice"
                since.add(line.place)
            case _:
                pass


def _of_leases(lines: Sequence[Line], rows: Sequence[Row]) -> Iterator[str]:
    """A run is given to somebody else only when it was over, given back, or freed by a row."""
    freed = [row.at.timestamp() for row in rows if isinstance(row.entry, RunParked)]
    holder, began, until = "", 0.0, 0.0
    for line in lines:
        if line.what is What.CLAIMED:
            held = Held.read(line.place)
            if held.since < until - CLOCKS_DIFFER and not any(began <= at <= held.since for at in freed):
                yield f"{line.who} was given it while {holder} had it for another {until - held.since:.3f} s"
            holder, began, until = line.who, held.since - CLOCKS_DIFFER, held.until
        elif line.who == holder and line.what is What.RENEWED:
            until = Held.read(line.place).until
        elif line.who == holder and line.what is What.RELEASED:
            until = 0.0


CLOCKS_DIFFER = 0.005
"""The stores count in milliseconds, and SQLite's clock stands still within a statement."""


def _row_of(place: str) -> str:
    """The row that says that it need not be done again."""
    path, what, name = place.split(" ", 2)
    return f"recorded {path} {name}" if what == "record" else f"step.completed {path}"


def repeats(lines: Sequence[Line]) -> int:
    """Doings that a kill cost: done again, since nobody knew of the first."""
    times = Counter((line.run, line.place) for line in lines if line.what is What.DID)
    return sum(times.values()) - len(times)
