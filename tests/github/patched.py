"""The description of one version of GitHub's API: what it will change is written beside what it changes."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, cast

_CHANGES = "x-github-breaking-changes"


def versions(described: Mapping[str, Any]) -> set[str]:
    """Those that come after the one described."""
    return {change["version"] for _, changes in _changed(described) for change in changes}


def patched(described: Mapping[str, Any], version: str) -> dict[str, Any]:
    made = copy.deepcopy(dict(described))
    for where, changes in list(_changed(made)):
        for change in changes:
            if change["version"] <= version:
                _apply(where, change["patch"])
    return made


def _changed(described: Any) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    if isinstance(described, dict):
        here = cast("dict[str, Any]", described)
        if _CHANGES in here:
            yield here, here[_CHANGES]
        for name, inner in here.items():
            if name != _CHANGES:
                yield from _changed(inner)
    elif isinstance(described, list):
        for inner in cast("list[Any]", described):
            yield from _changed(inner)


def _apply(where: dict[str, Any], patch: Any) -> None:
    """Either a merge patch (RFC 7396) or a list of operations (RFC 6902)."""
    if isinstance(patch, list):
        for operation in cast("list[dict[str, Any]]", patch):
            _operate(where, operation)
        return
    _merge(where, patch)
    if "required" in where and "properties" in patch:
        # Each change says what is required as if it were the only one.
        where["required"] = [name for name in where["required"] if name in where["properties"]]


def _merge(where: dict[str, Any], patch: Mapping[str, Any]) -> None:
    for name, given in patch.items():
        there = where.get(name)
        if given is None:
            where.pop(name, None)
        elif isinstance(given, dict) and isinstance(there, dict):
            _merge(cast("dict[str, Any]", there), cast("dict[str, Any]", given))
        else:
            where[name] = copy.deepcopy(cast("Any", given))


def _operate(where: dict[str, Any], operation: Mapping[str, Any]) -> None:
    names = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    place: Any = where
    for name in names[:-1]:
        place = place[int(name) if isinstance(place, list) else name]
    last = int(names[-1]) if isinstance(place, list) else names[-1]
    if operation["op"] == "remove":
        del place[last]
    else:
        place[last] = copy.deepcopy(operation["value"])
