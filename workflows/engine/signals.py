"""A word from outside to a run: an answer that it waits for, or stop. Needs no lease, only the journal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import PydanticSerializationError

from workflows.engine import definition
from workflows.engine.entries import (
    Cancelled,
    Entry,
    Resumed,
    Row,
    StepCompleted,
    Suspended,
    Woke,
)
from workflows.engine.journal import JournalStore
from workflows.engine.nodes import SETTLED, Branch, Node, Parallel, Settle, Suspend, Workflow
from workflows.engine.status import RunStatus
from workflows.errors import Conflict, UserProblem

# A running worker writes rows all the time; a word from outside finds its place between two of them.
TRIES = 20


async def resume(
    store: JournalStore,
    tree: Workflow[Any, Any, Any],
    run: str,
    answer: BaseModel | JsonValue,
    *,
    by: str,
    key: str,
    at: str | None = None,
) -> bool:
    """True when this call resumed it, False when the same answer had been given before.

    `at` says which place is meant; it need not be said where only one waits.
    """

    async def entry(status: RunStatus) -> Entry | None:
        rows = await store.rows(run)
        known = [row.entry for row in rows if isinstance(row.entry, Resumed) and row.entry.key == key]
        if known and at in {None, *(each.path for each in known)}:
            return None
        _must_go_on(run, status)
        definition.must_fit(tree, run, rows)
        path = _place(run, waiting(rows), at)
        payload = _understood(run, path, suspend_at(tree, path).waits_for, answer)
        return Resumed(path=path, key=key, by=by, payload=payload)

    return await _say(store, run, entry)


async def cancel(store: JournalStore, run: str, *, by: str, reason: str) -> bool:
    """True when this call cancelled it, False when it had been cancelled before. Needs none of its rows: this
    is the way out for a run whose rows cannot be read."""

    async def entry(status: RunStatus) -> Entry | None:
        if status is RunStatus.CANCELLED:
            return None
        _must_go_on(run, status)
        return Cancelled(by=by, reason=reason)

    return await _say(store, run, entry)


async def _say(store: JournalStore, run: str, entry: Callable[[RunStatus], Awaitable[Entry | None]]) -> bool:
    for _ in range(TRIES):
        last, status = await store.last(run)
        said = await entry(status)
        if said is None:
            return False
        try:
            await store.append(run, last, [said], fence=None)
        except Conflict:
            continue
        return True
    raise Conflict(f"run {run} is too busy to be told anything; try again")


def _must_go_on(run: str, status: RunStatus) -> None:
    if status.ended:
        raise UserProblem(f"run {run} has ended ({status})")


def waiting(rows: Sequence[Row]) -> list[str]:
    """The places that wait for an answer, in the order in which they began to."""
    places: dict[str, None] = {}
    for row in rows:
        match row.entry:
            case Suspended(path=path):
                places[path] = None
            case Resumed(path=path) | Woke(path=path):
                places.pop(path, None)
            case StepCompleted(path=path) if path.endswith(f"/{SETTLED}"):
                # Whatever waited in what was settled is not waited for any more.
                beside = path.removesuffix(SETTLED)
                places = {place: None for place in places if not place.startswith(beside)}
            case _:
                pass
    return list(places)


def place_meant(rows: Sequence[Row]) -> str:
    """By an answer that does not say which: what waits, and else what was answered last."""
    answered = [row.entry.path for row in rows if isinstance(row.entry, Resumed)]
    return " ".join(waiting(rows) or answered[-1:])


def _place(run: str, places: Sequence[str], at: str | None) -> str:
    if not places:
        raise UserProblem(f"run {run} does not wait for an answer")
    if at is None and len(places) > 1:
        raise UserProblem(f"run {run} waits at several places, say which: {', '.join(places)}")
    if at is not None and at not in places:
        raise UserProblem(f"run {run} does not wait at {at}, but at {', '.join(places)}")
    return at or places[0]


def _understood(run: str, path: str, wanted: type[BaseModel], answer: BaseModel | JsonValue) -> JsonValue:
    try:
        told = wanted.model_validate(answer.model_dump() if isinstance(answer, BaseModel) else answer)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        where = ".".join(map(str, wrong["loc"])) or "it"
        raise UserProblem(
            f"run {run} waits at {path} for {wanted.__name__}, and the answer is none: "
            f"{where}: {wrong['msg']}"
        ) from error
    try:
        told.model_dump_json()
    except PydanticSerializationError as error:
        raise UserProblem(
            f"run {run} waits at {path} for {wanted.__name__}, and the answer cannot be kept: {error}"
        ) from error
    return told.model_dump(mode="json")


def suspend_at(tree: Workflow[Any, Any, Any], path: str) -> Suspend[Any]:
    """The node at a path such as `fix/review` or `fix/rounds[2]/review`."""
    found = _find(tree.nodes, [name.partition("[")[0] for name in path.split("/")[1:]])
    if found is None:
        raise UserProblem(f"{path} is not a place where {tree.name} waits")
    return found


def _find(nodes: Sequence[Node[Any]], names: Sequence[str]) -> Suspend[Any] | None:
    node = next((node for node in nodes if names and _is_called(node, names[0])), None)
    if node is None:
        return None
    if isinstance(node, Suspend) and len(names) == 1:
        return node
    # A step or a workflow that stands for itself has no name of its own in the path; one of several has.
    rest = names[1:]
    inside = definition.parts_of(node)
    if isinstance(node, Branch | Parallel | Suspend):
        inside = tuple(part for part in inside if rest and part.name == rest[0])
        rest = rest[1:]
    return next((_find(part.nodes, rest) for part in inside if isinstance(part, Workflow)), None)


def _is_called(node: Node[Any], name: str) -> bool:
    return (node.part.name if isinstance(node, Settle) else node.name) == name
