"""Takes one run as far as it will go now: to its end, or to where it waits for somebody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from workflows.engine import definition
from workflows.engine.context import fit
from workflows.engine.entries import Cancelled, Entry, RunCompleted, RunFailed
from workflows.engine.journal import Journal, JournalStore, RunCancelled
from workflows.engine.lease import LEASE_SECONDS, held
from workflows.engine.nodes import Failed, Workflow
from workflows.engine.walk import Parked, Walk
from workflows.errors import Conflict, Interrupted, OperatorProblem, Problem
from workflows.ports import RunStatus

P = TypeVar("P")

FAILURE = "failure"


async def advance(
    tree: Workflow[P, Any, Any],
    run: str,
    *,
    store: JournalStore,
    ports: P,
    worker: str,
    lease_seconds: float = LEASE_SECONDS,
    watch: Callable[[Entry], None] | None = None,
) -> RunStatus | None:
    """How the run stands afterwards; None when somebody else is at it, or it had ended before."""
    lease = await store.claim(run, worker, lease_seconds)
    if lease is None:
        return None
    try:
        async with held(store, lease, lease_seconds):
            journal = await Journal.open(store, lease, watch)
            try:
                return await _walk(tree, run, ports, journal)
            finally:
                await journal.close()
    except RunCancelled:
        return RunStatus.CANCELLED
    except Conflict:
        # A cancelled run gives up its lease too, and the heart may notice before a row does.
        if isinstance((await store.rows(run))[-1].entry, Cancelled):
            return RunStatus.CANCELLED
        raise


async def _walk(tree: Workflow[P, Any, Any], run: str, ports: P, journal: Journal) -> RunStatus:
    started = journal.started
    if started is None:
        raise OperatorProblem(f"the journal of run {run} has no beginning: restore the store from a backup")
    if isinstance(journal.ended, Cancelled):
        return RunStatus.CANCELLED
    if started.definition != definition.digest(tree):
        raise OperatorProblem(
            f"run {run} was started by release {started.release} with another definition of {tree.name}; "
            "finish it with that release, or cancel it"
        )
    walk = Walk(run, ports, journal)
    taken = fit(tree.takes, started.input, tree.name, "input")
    try:
        output = await walk.workflow(tree, taken, tree.name)
    except Parked:
        return RunStatus.SUSPENDED
    except Interrupted:
        raise
    except Problem as problem:
        failure = problem.failure()
        await _rescue(tree, walk, Failed[tree.takes](input=taken, failure=failure))
        await journal.append(RunFailed(failure=failure))
        return RunStatus.FAILED
    await journal.append(RunCompleted(output=output.model_dump(mode="json")))
    return RunStatus.COMPLETED


async def _rescue(tree: Workflow[P, Any, Any], walk: Walk[P], failed: Failed[Any]) -> None:
    if tree.on_failure is None:
        return
    try:
        await walk.step(tree.on_failure, failed, f"{tree.name}/{FAILURE}/{tree.on_failure.name}")
    except Interrupted:
        raise
    except Problem:
        # The journal has it. A run that cannot even tell anybody has failed all the same.
        return
