"""Processes that walk one run, one after the other, each killed where it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.store.memory import MemoryStore
from tests.unit.workflows.trees import Clock, Killed, N, Process, go
from workflows.engine import signals
from workflows.engine.nodes import Workflow
from workflows.engine.status import RunStatus


@dataclass(frozen=True)
class Crash:
    """At which append of its life a process is killed, and on which side of the commit."""

    at: int
    after: bool


async def drive(
    tree: Workflow[None, Any, Any], crashes: Sequence[Crash], store: MemoryStore, clock: Clock
) -> RunStatus | None:
    """Processes one after the other, each killed where it is told; the last one lives."""
    left = list(crashes)
    for life in range(1000):
        crash = left.pop(0) if left else Crash(0, after=False)
        process = Process(store, dies_at=crash.at, after=crash.after)
        try:
            status = await go(tree, process, f"worker {life}", clock=clock)
        except Killed:
            clock.now += 1_000  # its lease runs out
            continue
        if status is None:
            status = (await store.run("r1")).status  # killed after the row by which it ended or waits
        if status is RunStatus.SUSPENDED:
            places = [place for place in signals.waiting(await store.rows("r1")) if "ignored" not in place]
            if not places:
                clock.now += 200_000  # nobody answers: it is time that helps
            else:
                await signals.resume(store, tree, "r1", N(n=7), by="me", key=places[0], at=places[0])
            continue
        if status.ended:
            return status
        clock.now += 1_000
    raise AssertionError("it never ends")
