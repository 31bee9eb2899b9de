"""`make bench-engine`: what ten recorded steps cost, beside the least they could, and beside others.

Also what it takes to take up a long run again, to hold many that wait, and to import the engine at all.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench.peers.answering import STEPS, Took
from tests.bench.report import Report, Target, versions
from tests.bench.services import folder, postgres
from tests.bench.stepping.contender import ROOT, contender
from tests.bench.stepping.contenders import ALONE, DBOS, FLOOR, LANGGRAPH, MASTRA, OURS, Contender, field
from tests.bench.stepping.weight import ENGINE, LIBRARIES, over_bare

SUSPENDED = 10_000

RESUME = {store: f"resume of 1,000 rows, {store} (ms)" for store in OURS}
WAITING = "10,000 suspended runs, a worker's memory (MB)"
LIBRARY_IMPORT = "import of asyncio, pydantic and stamina, over bare Python (ms)"
LIBRARY_WEIGHT = "import of asyncio, pydantic and stamina, over bare Python (MB)"
IMPORT = "import of the engine, over bare Python (ms)"
WEIGHT = "import of the engine, over bare Python (MB)"

Samples = defaultdict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Plan:
    rounds: int
    turns: int
    """How often ours and the floors are measured in a round, which counts their median: they are quick, and
    held to a narrow ratio."""
    runs: Mapping[int, int]
    """How many, by how many at once."""


WHOLE = Plan(rounds=5, turns=4, runs={1: 40, 16: 160})
QUICK = Plan(rounds=1, turns=1, runs={1: 10, 16: 32})


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench-engine", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print nothing but the result, as JSON")
    parser.add_argument("--quick", action="store_true", help="one short round, not kept: does it run at all?")
    options = parser.parse_args(arguments)
    plan = QUICK if options.quick else WHOLE
    samples: Samples = defaultdict(list)
    cpu: Samples = defaultdict(list)
    with folder() as home, postgres() as server:
        peers = _steps(plan, home, server, samples, cpu)
        _resumes(plan, home, server, samples)
        _waits(home, samples)
        server_version = _version(server)
    _weighs(plan, samples)
    return Report(
        bench="engine",
        title="Engine: ten recorded steps a run",
        unit="µs a step, or as named",
        samples=samples,
        ratios=_ratios(plan),
        targets=_targets(plan),
        versions={**versions("pydantic", "sqlalchemy", "psycopg"), "postgresql": server_version, **peers},
        beside={
            "steps/s": {name: f"{1e6 / statistics.median(samples[name]):,.0f}" for name in cpu},
            "its CPU, µs a step": {name: f"{statistics.median(took):,.0f}" for name, took in cpu.items()},
        },
    ).finish(only_json=options.json, keep=not options.quick)


def _steps(plan: Plan, home: Path, server: str, samples: Samples, cpu: Samples) -> dict[str, str]:
    with field(home, server) as contenders:
        for number in range(plan.rounds):
            for at_once, runs in plan.runs.items():
                turns: list[Contender] = [*contenders.ours] * plan.turns + [*contenders.peers]
                # There and back, so that nobody always comes after the same neighbour.
                took: defaultdict[str, list[Took]] = defaultdict(list)
                for each in turns if number % 2 == 0 else reversed(turns):
                    took[_at(each.name, at_once)].append(each.measure(at_once, runs))
                for name, turn in took.items():
                    microseconds = 1e6 / (runs * STEPS)
                    samples[name].append(statistics.median(each.seconds for each in turn) * microseconds)
                    cpu[name].append(statistics.median(each.cpu for each in turn) * microseconds)
        return contenders.versions


def _resumes(plan: Plan, home: Path, server: str, samples: Samples) -> None:
    for store, url in {"SQLite": f"sqlite:///{home}/resume.db", "PostgreSQL": server}.items():
        command = [sys.executable, "-m", "tests.bench.stepping.resume", url]
        with contender(RESUME[store], command, home / "resume.log") as resuming:
            samples[RESUME[store]] = [resuming.measure(1, 1).seconds * 1000 for _ in range(4 * plan.rounds)]


def _waits(home: Path, samples: Samples) -> None:
    """In a process of its own: memory that was once taken is seldom given back."""
    command = [sys.executable, "-m", "tests.bench.stepping.waiting"]
    arguments = [f"sqlite:///{home}/waiting.db", str(SUSPENDED)]
    said = subprocess.run([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    samples[WAITING] = [json.loads(said.stdout)]


def _weighs(plan: Plan, samples: Samples) -> None:
    for _ in range(4 * plan.rounds):
        for imports, took, size in (
            (LIBRARIES, LIBRARY_IMPORT, LIBRARY_WEIGHT),
            (ENGINE, IMPORT, WEIGHT),
        ):
            weight = over_bare(imports)
            samples[took].append(weight.milliseconds)
            samples[size].append(weight.megabytes)


def _ratios(plan: Plan) -> dict[str, tuple[str, str]]:
    """Ours in the terms of its floor, and each peer in the terms of ours."""
    ratios = {"import": (IMPORT, LIBRARY_IMPORT)}
    for at_once in plan.runs:
        for store, ours in OURS.items():
            mine = _at(ours, at_once)
            ratios[f"to floor, {store}, {at_once}"] = (mine, _at(FLOOR[store], at_once))
            ratios[f"to one commit a step, {store}, {at_once}"] = (mine, _at(ALONE[store], at_once))
            ratios[f"DBOS, {store}, {at_once}"] = (_at(DBOS[store], at_once), mine)
        for name, peer in {"LangGraph": LANGGRAPH, "Mastra": MASTRA}.items():
            ratios[f"{name}, {at_once}"] = (_at(peer, at_once), _at(OURS["SQLite"], at_once))
    return ratios


def _targets(plan: Plan) -> list[Target]:
    alone, many = plan.runs
    return [
        *(Target(f"to floor, {store}, {at_once}", 1.3) for at_once in plan.runs for store in OURS),
        *(Target(f"DBOS, {store}, {alone}", 2, at_least=True) for store in OURS),
        Target(f"LangGraph, {alone}", 2, at_least=True),
        Target(f"Mastra, {alone}", 0.5, at_least=True),
        *(Target(f"DBOS, {store}, {many}", 8, at_least=True) for store in OURS),
        Target(f"LangGraph, {many}", 8, at_least=True),
        Target(f"Mastra, {many}", 8, at_least=True),
        *(Target(resume, 100) for resume in RESUME.values()),
        Target(WAITING, 10),
        Target(IMPORT, 150),
        Target(WEIGHT, 30),
    ]


def _at(name: str, at_once: int) -> str:
    return f"{name}, {at_once} at once"


def _version(server: str) -> str:
    with psycopg.connect(server) as connection:
        return str(connection.info.server_version // 10_000)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
