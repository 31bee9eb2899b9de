"""A workflow as text: for people to read, and as a digest that tells one definition from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from workflows.engine.entries import Row, RunStarted
from workflows.engine.nodes import (
    Branch,
    ForEach,
    Loop,
    Map,
    Nested,
    Node,
    Parallel,
    Part,
    Settle,
    Sleep,
    Suspend,
    Then,
    Workflow,
)
from workflows.engine.step import Step
from workflows.errors import OperatorProblem

AnyPart = Part[Any, Any, Any]

_ANNOTATIONS = {"title", "description"}


class DefinitionChanged(OperatorProblem):
    """A run that was begun under another definition of its workflow, which this release cannot finish."""

    def __init__(self, run: str, workflow: str, release: str) -> None:
        super().__init__(
            f"run {run} was started by release {release} with another definition of {workflow}: "
            "cancel it, or let that release finish it; `redfirst runs migrate` lists all that wait for this"
        )


def outline(tree: Workflow[Any, Any, Any]) -> str:
    return "\n".join(_lines(tree, 0))


@lru_cache(maxsize=256)
def digest(tree: Workflow[Any, Any, Any]) -> str:
    """Of the shape of the tree and of all that passes through it; not of what its functions do inside."""
    schemas = [(model.__qualname__, _schema(model)) for model in _models(tree)]
    shape = json.dumps({"outline": outline(tree), "schemas": schemas}, sort_keys=True)
    return hashlib.sha256(shape.encode()).hexdigest()


@lru_cache(maxsize=1024)
def _schema(model: type[BaseModel]) -> object:
    """Made once of each: it takes a tenth of a second, and the same few are everywhere in a tree."""
    return _bare(model.model_json_schema())


def can_finish(tree: Workflow[Any, Any, Any], definition: str) -> bool:
    """Whether this tree may go on with a journal that was begun under that definition."""
    return definition in tree.goes_on_with or definition == digest(tree)


def must_fit(tree: Workflow[Any, Any, Any], run: str, rows: Sequence[Row]) -> RunStarted:
    """How the run began, which this tree has to be able to finish."""
    started = rows[0].entry if rows else None
    if not isinstance(started, RunStarted):
        raise OperatorProblem(f"the journal of run {run} has no beginning: restore the store from a backup")
    if not can_finish(tree, started.definition):
        raise DefinitionChanged(run, tree.name, started.release)
    return started


def _lines(part: AnyPart, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(part, Step):
        yield f"{indent}{part.name}: {part.takes.__name__} -> {part.gives.__name__}"
        return
    yield f"{indent}{part.name}: {part.takes.__name__} -> {part.gives.__name__}"
    for node in part.nodes:
        yield from _node(node, depth + 1)
    if part.on_failure:
        yield f"{indent}  on failure: {part.on_failure.name}"


def _node(node: Node[Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    match node:
        case Then(step):
            yield from _lines(step, depth)
        case Nested(inner):
            yield from _lines(inner, depth)
        case Map(name, gives):
            yield f"{indent}{name}: -> {gives.__name__}"
        case Branch(name, ways, otherwise):
            yield f"{indent}{name}: the first that holds"
            for way in ways:
                yield f"{indent}  when {way.condition.__name__}"
                yield from _lines(way.part, depth + 2)
            yield f"{indent}  otherwise"
            yield from _lines(otherwise, depth + 2)
        case Parallel(name, parts, _, at_once):
            yield f"{indent}{name}: side by side, at most {at_once} at once"
            for part in parts:
                yield from _lines(part, depth + 1)
        case Loop(body, _, says, _, limit):
            yield f"{indent}{says}, at most {limit} times"
            yield from _lines(body, depth + 1)
        case ForEach(body, over, _, at_once, limit):
            yield f"{indent}for each of {over.__name__}, at most {limit}, {at_once} at once"
            yield from _lines(body, depth + 1)
        case Settle(part):
            yield f"{indent}whatever comes of it"
            yield from _lines(part, depth + 1)
        case Suspend(name, waits_for, _, within, late):
            limit = f", at most {spoken(within)}" if within else ""
            yield f"{indent}{name}: waits for {waits_for.__name__}{limit}"
            if late is not None:
                yield f"{indent}  when that is late"
                yield from _lines(late, depth + 2)
        case Sleep(name, length):
            yield f"{indent}{name}: sleeps {spoken(length)}"


def spoken(length: timedelta) -> str:
    """In the largest unit that makes it a whole number."""
    seconds = length.total_seconds()
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds / size:.0f} {unit}{'s' if seconds != size else ''}"
    return f"{seconds:g} seconds"


def _models(tree: Workflow[Any, Any, Any]) -> Iterator[type[BaseModel]]:
    """Everything whose values the journal keeps."""
    yield tree.takes
    yield tree.gives
    for node in tree.nodes:
        for part in parts_of(node):
            yield from (part.takes, part.gives) if isinstance(part, Step) else _models(part)
        if isinstance(node, Suspend):
            yield node.waits_for


def parts_of(node: Node[Any]) -> tuple[AnyPart, ...]:
    """What is inside a node, in the order in which it stands there."""
    match node:
        case Then(step):
            return (step,)
        case Nested(inner):
            return (inner,)
        case Branch(_, ways, otherwise):
            return (*(way.part for way in ways), otherwise)
        case Parallel(_, parts):
            return parts
        case Loop(body) | ForEach(body) | Settle(body):
            return (body,)
        case Suspend(_, _, _, _, late):
            return () if late is None else (late,)
        case Map() | Sleep():
            return ()


def _bare(schema: Any) -> object:
    """Without titles and descriptions: a better comment is not another definition."""
    if isinstance(schema, list):
        return [_bare(value) for value in schema]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(schema, dict):
        return schema
    # A field may be called "title" too; its schema is not a text.
    return {
        key: _bare(value)
        for key, value in schema.items()  # pyright: ignore[reportUnknownVariableType]
        if not (key in _ANNOTATIONS and isinstance(value, str))
    }
