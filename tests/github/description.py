"""A description by GitHub: which operation a path is, and what is wrong with a value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.github import published
from tests.github.fields import Fields

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

SHOWN = 120
_SCHEMAS = "urn:github"
# GitHub's own bots have addresses with brackets in them.
_FORMATS: Mapping[str, Callable[[str], bool]] = {"email": lambda text: "@" in text}


class Operation(NamedTuple):
    name: str
    """Such as `GET /repos/{owner}/{repo}`."""
    said: Mapping[str, Any]
    path: Mapping[str, str]
    """What stands in the place of its parameters."""


class Described:
    """The schemas of one description, each made ready when it is first asked for."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        from jsonschema_rs import Registry

        # One document: the references in it are fragments of it.
        document = {"$id": _SCHEMAS, "components": {"schemas": dict(schemas)}}
        self._registry = Registry([(_SCHEMAS, document)])
        self._fields = Fields(schemas)
        self._ready: dict[str, Draft202012Validator] = {}

    def wrong(self, schema: Mapping[str, Any], value: Any) -> Iterator[str]:
        """What does not fit, and then what is unknown, each with where it is."""
        for error in self._validator(schema).iter_errors(value):
            told = _told(error)
            yield f"{pointer(told.instance_path)}: {short(told.message)}"
        for place, found in self._fields.unknown(schema, value):
            yield f"{place}: GitHub knows no such field ({short(found)})"

    def _validator(self, schema: Mapping[str, Any]) -> Draft202012Validator:
        from jsonschema_rs import Draft202012Validator

        key = json.dumps(schema)
        if key not in self._ready:
            absolute = json.loads(key.replace('"$ref": "#/', f'"$ref": "{_SCHEMAS}#/'))
            self._ready[key] = Draft202012Validator(
                absolute, registry=self._registry, formats=dict(_FORMATS), validate_formats=True
            )
        return self._ready[key]


class Api(Described):
    def __init__(self, compact: Mapping[str, Any]) -> None:
        super().__init__(compact["schemas"])
        self._operations: dict[str, list[tuple[Sequence[str], frozenset[str], str]]] = {}
        self._said: Mapping[str, Any] = compact["operations"]
        for name, said in self._said.items():
            method, _, path = name.partition(" ")
            slashes = frozenset(one["name"] for one in said["parameters"] if one["slashes"])
            self._operations.setdefault(method, []).append((path.split("/")[1:], slashes, name))
        self.roots = frozenset(name.split("/")[1] for name in self._said) - {""}

    def operation(self, method: str, path: Sequence[str]) -> Operation | None:
        """Of those that fit, the one with the most words of its own."""
        fitting = [
            (sum(not part.startswith("{") for part in template), name, given)
            for template, slashes, name in self._operations.get(method, ())
            if (given := _fit(template, path, slashes)) is not None
        ]
        if not fitting:
            return None
        _, name, given = max(fitting, key=lambda one: one[0])
        return Operation(name, self._said[name], given)


class Webhooks(Described):
    def __init__(self, compact: Mapping[str, Any]) -> None:
        super().__init__(compact["schemas"])
        self._events: Mapping[str, Any] = compact["events"]

    def event(self, event: str, action: str | None) -> Mapping[str, Any] | None:
        named = f"{event}-{action}" if action else event
        return self._events.get(named.replace("_", "-"))


@cache
def api(version: str = published.OLDEST) -> Api:
    return Api(published.load(published.api(version)))


@cache
def webhooks() -> Webhooks:
    return Webhooks(published.load(published.WEBHOOKS))


def short(value: Any) -> str:
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)
    return said if len(said) <= SHOWN else f"{said[:SHOWN]}… ({len(said)} characters)"


def pointer(path: Sequence[str | int]) -> str:
    return "".join(f"/{part}" for part in path) or "/"


def _fit(template: Sequence[str], path: Sequence[str], slashes: frozenset[str]) -> dict[str, str] | None:
    if not template or not path:
        return None if template or path else {}
    first, *rest = template
    if not first.startswith("{"):
        return _fit(rest, path[1:], slashes) if first == path[0] else None
    name = first[1:-1]
    # Branches have slashes in their names, and other words may follow.
    for taken in range(1, len(path) - len(rest) + 1 if name in slashes else 2):
        found = _fit(rest, path[taken:], slashes)
        if found is not None and path[0]:
            return {name: "/".join(path[:taken]), **found}
    return None


def _told(error: Any) -> Any:
    """Of alternatives, what is wrong with the one that was meant: of its type, with the fewest complaints."""
    branches = [[_told(inner) for inner in branch] for branch in getattr(error.kind, "context", ()) if branch]
    if not branches:
        return error
    here = len(error.instance_path)
    meant = [one for one in branches if not any(_is_of_another_type(inner, here) for inner in one)]
    return min(meant or branches, key=len)[0]


def _is_of_another_type(error: Any, depth: int) -> bool:
    return error.kind.name == "type" and len(error.instance_path) == depth
