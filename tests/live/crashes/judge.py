"""Whether a crashed run is the run it would have been: nothing lost, and nothing done twice that counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from tests.live.crashes.ground import Ground
from tests.live.crashes.ledger import Line, What
from tests.live.crashes.life import named
from tests.live.crashes.trees import Made
from workflows.engine.entries import Recorded, Row, RunCompleted, StepCompleted


async def faults(ground: Ground, runs: Iterable[str], output: JsonValue) -> list[str]:
    """What is wrong, in words; `output` is that of a run which nothing happened to."""
    lines: dict[str, list[tuple[int, Line]]] = defaultdict(list)
    killed: dict[str, int] = {}
    for at, line in enumerate(ground.ledger.lines()):
        if line.what is What.KILLED:
            killed.setdefault(line.who, at)
        lines[line.run].append((at, line))
    found: list[str] = []
    for run in runs:
        rows = await ground.store.rows(run)
        found += [f"{run}: {fault}" for fault in _of_journal(rows, output)]
        found += [f"{run}: {fault}" for fault in _of_effects(ground, run, rows)]
        found += [f"{run}: {fault}" for fault in _of_doings(lines[run], killed)]
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


def _of_doings(lines: Sequence[tuple[int, Line]], killed: Mapping[str, int]) -> Iterator[str]:
    """What knows nothing of keys is done again only where a worker died, or lost the run."""
    put_down = {line.who for _, line in lines if line.what is What.PUT_DOWN}
    doers: dict[str, tuple[int, str]] = {}
    kept: set[str] = set()
    for at, line in lines:
        if line.what is What.KEPT:
            kept.add(line.place)
        if line.what is not What.DID:
            continue
        if _row_of(line.place) in kept and line.who not in put_down:
            yield f"{line.who} did {line.place} though it was recorded"
        before = doers.get(line.place)
        if before is not None and before[1] not in put_down and killed.get(before[1], at) >= at:
            yield f"{line.who} did {line.place} though {before[1]} had done it and was alive"
        doers[line.place] = at, line.who


def _row_of(place: str) -> str:
    """The row that says that it need not be done again."""
    path, what, name = place.split(" ", 2)
    return f"recorded {path} {name}" if what == "record" else f"step.completed {path}"


def repeats(lines: Sequence[Line]) -> int:
    """Doings that a kill cost: done again, since nobody knew of the first."""
    times = Counter((line.run, line.place) for line in lines if line.what is What.DID)
    return sum(times.values()) - len(times)
