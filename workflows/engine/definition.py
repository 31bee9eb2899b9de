"""A workflow as text: for people to read, and as a digest that tells one definition from another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from workflows.engine.nodes import Loop, Map, Nested, Step, Suspend, Then, Workflow


def outline(tree: Workflow[Any, Any, Any]) -> str:
    return "\n".join(_lines(tree, 0))


def digest(tree: Workflow[Any, Any, Any]) -> str:
    schemas = [json.dumps(model.model_json_schema(), sort_keys=True) for model in (tree.takes, tree.gives)]
    return hashlib.sha256("\n".join([outline(tree), *schemas]).encode()).hexdigest()


def _lines(tree: Workflow[Any, Any, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    yield f"{indent}{tree.name}: {tree.takes.__name__} -> {tree.gives.__name__}"
    for node in tree.nodes:
        match node:
            case Then(Step() as step):
                yield f"{indent}  {step.name}: {step.takes.__name__} -> {step.gives.__name__}"
            case Nested(inner):
                yield from _lines(inner, depth + 1)
            case Map(name, gives):
                yield f"{indent}  {name}: -> {gives.__name__}"
            case Loop(body, until, _, limit):
                yield f"{indent}  until {until.__name__}, at most {limit} times"
                yield from _lines(body, depth + 2)
            case Suspend(name, waits_for):
                yield f"{indent}  {name}: waits for {waits_for.__name__}"
    if tree.on_failure:
        yield f"{indent}  on failure: {tree.on_failure.name}"
