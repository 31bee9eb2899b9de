"""A word from outside to a run: an answer that it waits for, or stop. Needs no lease, only the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from workflows.engine.context import fit
from workflows.engine.entries import Cancelled, Entry, Resumed, Row, RunCompleted, RunFailed, Suspended
from workflows.engine.journal import JournalStore
from workflows.engine.nodes import Loop, Nested, Suspend, Workflow
from workflows.errors import Conflict, UserProblem

# A running worker writes rows all the time; a word from outside finds its place between two of them.
TRIES = 20


async def resume(
    store: JournalStore,
    tree: Workflow[Any, Any, Any],
    run: str,
    answer: BaseModel,
    *,
    by: str,
    key: str,
) -> bool:
    """True when this call resumed it, False when the same answer had been given before."""

    def entry(rows: Sequence[Row]) -> Entry | None:
        if any(isinstance(row.entry, Resumed) and row.entry.key == key for row in rows):
            return None
        _must_go_on(run, rows)
        path = _waiting_at(rows)
        if path is None:
            raise UserProblem(f"run {run} does not wait for an answer")
        node = _suspend_node(tree, path)
        told = fit(node.waits_for, answer.model_dump(), path, "answer")
        return Resumed(path=path, key=key, by=by, payload=told.model_dump(mode="json"))

    return await _say(store, run, entry)


async def cancel(store: JournalStore, run: str, *, by: str, reason: str) -> bool:
    """True when this call cancelled it, False when it had been cancelled before."""

    def entry(rows: Sequence[Row]) -> Entry | None:
        if any(isinstance(row.entry, Cancelled) for row in rows):
            return None
        _must_go_on(run, rows)
        return Cancelled(by=by, reason=reason)

    return await _say(store, run, entry)


async def _say(store: JournalStore, run: str, entry: Callable[[Sequence[Row]], Entry | None]) -> bool:
    for _ in range(TRIES):
        rows = await store.rows(run)
        said = entry(rows)
        if said is None:
            return False
        try:
            await store.append(run, rows[-1].seq, [said], fence=None)
        except Conflict:
            continue
        return True
    raise Conflict(f"run {run} is too busy to be told anything; try again")


def _must_go_on(run: str, rows: Sequence[Row]) -> None:
    if rows and isinstance(rows[-1].entry, RunCompleted | RunFailed | Cancelled):
        raise UserProblem(f"run {run} has ended ({rows[-1].entry.kind.removeprefix('run.')})")


def _waiting_at(rows: Sequence[Row]) -> str | None:
    waiting: str | None = None
    for row in rows:
        match row.entry:
            case Suspended(path=path):
                waiting = path
            case Resumed():
                waiting = None
            case _:
                pass
    return waiting


def _suspend_node(tree: Workflow[Any, Any, Any], path: str) -> Suspend:
    """The node at a path such as `fix/review` or `fix/rounds[2]/review`."""
    for name in path.split("/")[1:]:
        for node in tree.nodes:
            if node.name != name.partition("[")[0]:
                continue
            match node:
                case Suspend():
                    return node
                case Nested(inner):
                    tree = inner
                case Loop(body):
                    tree = body
                case _:
                    pass
            break
    raise UserProblem(f"{path} is not a place where {tree.name} waits")
