"""What every benchmark ends with: a table, one JSON object as the last line, a section in the docs."""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs" / "benchmarks.md"
INTRODUCTION = """\
# Benchmarks

Each `make bench-NAME` runs ours and its peer or floor interleaved in one run, and writes its table here.
Wall-clock swings with the machine and with what else it does: compare the ratios.
"""


@dataclass(frozen=True, slots=True)
class Target:
    """The most that a median or a ratio may be, or the least."""

    of: str
    limit: float
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Report:
    bench: str
    title: str
    unit: str
    samples: Mapping[str, Sequence[float]]
    ratios: Mapping[str, tuple[str, str]]
    """A name, and of which two it is the quotient: the median of that of each round."""
    targets: Sequence[Target]
    versions: Mapping[str, str]
    beside: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """More columns: what stands above one, and what it says of some of the samples."""

    def finish(self, *, only_json: bool = False, keep: bool = True) -> int:
        """Prints and writes; what the program exits with."""
        medians = {name: round(statistics.median(took), 4) for name, took in self.samples.items()}
        ratios = {
            name: round(_quotient(self.samples[ours], self.samples[floor]), 2)
            for name, (ours, floor) in self.ratios.items()
        }
        assert not medians.keys() & ratios.keys(), "a target must say which it is of"
        measured = medians | ratios
        missed = [target.of for target in self.targets if not target.met_by(measured[target.of])]
        result = {
            "bench": self.bench,
            "versions": dict(self.versions),
            "medians": medians,
            "beside": {title: dict(said) for title, said in self.beside.items()},
            "ratios": ratios,
            "targets": {target.of: target.limit for target in self.targets},
            "at_least": [target.of for target in self.targets if target.at_least],
            "met": not missed,
            "missed": missed,
        }
        line = json.dumps(result)
        table = self._table(medians, ratios)
        if keep:
            _write(self.bench, f"## {self.title}\n\n{table}\n\n```json\n{line}\n```")
        if not only_json:
            print(f"{self.title}\n\n{table}\n")
        print(line)
        return 1 if missed else 0

    def _table(self, medians: Mapping[str, float], ratios: Mapping[str, float]) -> str:
        targets = {target.of: target for target in self.targets}
        rows: list[Sequence[str]] = [
            ("", f"median ({self.unit})", "lowest", "highest", *self.beside, "target", "")
        ]
        for name, took in self.samples.items():
            rows.append(
                (
                    name,
                    *map(_figure, (medians[name], min(took), max(took))),
                    *(said.get(name, "") for said in self.beside.values()),
                    *_judged(medians[name], targets.get(name)),
                )
            )
        for name, (ours, floor) in self.ratios.items():
            nothing = [""] * (2 + len(self.beside))
            quotient = f"× {ratios[name]:.2f}"
            rows.append(
                (f"{name}: {ours} / {floor}", quotient, *nothing, *_judged(ratios[name], targets.get(name)))
            )
        return _aligned(rows)


def repeated(rounds: int, measures: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Interleaved, so that what slows the machine down slows all of them; a first round is for the caches."""
    took: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(rounds + 1):
        for name, measure in measures.items():
            seconds = measure()
            if number:
                took[name].append(seconds)
    return took


def versions(*packages: str) -> dict[str, str]:
    return {
        "redfirst": metadata.version("redfirst"),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} CPUs",
        **{name: metadata.version(name) for name in packages},
    }


def _quotient(ours: Sequence[float], floor: Sequence[float]) -> float:
    """Round by round: what slows a whole round down slows both of them."""
    return statistics.median(mine / least for mine, least in zip(ours, floor, strict=True))


def _figure(value: float) -> str:
    """As many digits as mean something."""
    return f"{value:.3f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def _judged(value: float, target: Target | None) -> tuple[str, str]:
    if target is None:
        return "", ""
    return str(target), "met" if target.met_by(value) else "MISSED"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(rows[0]))]

    def line(row: Sequence[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"

    return "\n".join([line(rows[0]), line(["-" * width for width in widths]), *map(line, rows[1:])])


def _write(bench: str, section: str) -> None:
    before = DOCS.read_text() if DOCS.exists() else INTRODUCTION
    begins, ends = f"<!-- bench:{bench} -->", f"<!-- /bench:{bench} -->"
    section = f"{begins}\n{section}\n{ends}"
    there = re.compile(f"{re.escape(begins)}.*?{re.escape(ends)}", re.DOTALL)
    after = (
        there.sub(lambda _: section, before) if there.search(before) else f"{before.rstrip()}\n\n{section}\n"
    )
    DOCS.write_text(after)
