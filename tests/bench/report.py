"""What every benchmark ends with: a table, one JSON object as the last line, a section in the docs."""

from __future__ import annotations

import json
import os
import platform
import re
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
    """The most that a median or a ratio may be."""

    of: str
    limit: float


@dataclass(frozen=True, slots=True)
class Report:
    bench: str
    title: str
    unit: str
    samples: Mapping[str, Sequence[float]]
    ratios: Mapping[str, tuple[str, str]]
    """A name, and of which two medians it is the quotient."""
    targets: Sequence[Target]
    versions: Mapping[str, str]

    def finish(self) -> int:
        """Prints and writes; what the program exits with."""
        medians = {name: round(statistics.median(took), 4) for name, took in self.samples.items()}
        ratios = {
            name: round(medians[ours] / medians[floor], 2) for name, (ours, floor) in self.ratios.items()
        }
        assert not medians.keys() & ratios.keys(), "a target must say which it is of"
        measured = medians | ratios
        missed = [target.of for target in self.targets if measured[target.of] > target.limit]
        result = {
            "bench": self.bench,
            "versions": dict(self.versions),
            "medians": medians,
            "ratios": ratios,
            "targets": {target.of: target.limit for target in self.targets},
            "met": not missed,
            "missed": missed,
        }
        line = json.dumps(result)
        table = self._table(medians, ratios)
        _write(self.bench, f"## {self.title}\n\n{table}\n\n```json\n{line}\n```")
        print(f"{self.title}\n\n{table}\n")
        print(line)
        return 1 if missed else 0

    def _table(self, medians: Mapping[str, float], ratios: Mapping[str, float]) -> str:
        limits = {target.of: target.limit for target in self.targets}
        rows = [("", f"median ({self.unit})", "lowest", "highest", "target", "")]
        for name, took in self.samples.items():
            rows.append(
                (
                    name,
                    f"{medians[name]:.3f}",
                    f"{min(took):.3f}",
                    f"{max(took):.3f}",
                    *_judged(name, medians, limits),
                )
            )
        for name, (ours, floor) in self.ratios.items():
            rows.append(
                (f"{name}: {ours} / {floor}", f"× {ratios[name]:.2f}", "", "", *_judged(name, ratios, limits))
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


def _judged(name: str, measured: Mapping[str, float], limits: Mapping[str, float]) -> tuple[str, str]:
    if name not in limits:
        return "", ""
    return f"≤ {limits[name]:g}", "met" if measured[name] <= limits[name] else "MISSED"


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
