"""Fields that a description does not know. GitHub forgives them, and so a typo would never be noticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

_CHOICES = ("allOf", "anyOf", "oneOf")


@dataclass
class _Shape:
    """All that the alternatives of a schema say together. Whether they fit is judged elsewhere."""

    fields: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    items: list[Any] = field(default_factory=list[Any])
    others: list[Any] = field(default_factory=list[Any])
    """What fields of any name may be."""


class Fields:
    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def unknown(self, schema: Any, value: Any) -> Iterator[tuple[str, Any]]:
        return self._unknown([schema], value, "")

    def _unknown(self, schemas: Sequence[Any], value: Any, at: str) -> Iterator[tuple[str, Any]]:
        if not isinstance(value, (dict, list)):
            return
        shape = self._shape(schemas)
        if isinstance(value, list):
            for place, item in enumerate(cast("list[Any]", value)):
                yield from self._unknown(shape.items, item, f"{at}/{place}")
            return
        for name, inner in cast("dict[str, Any]", value).items():
            known = shape.fields.get(name, shape.others)
            if known:
                yield from self._unknown(known, inner, f"{at}/{name}")
            else:
                yield f"{at}/{name}", inner

    def _shape(self, schemas: Sequence[Any]) -> _Shape:
        shape, left, seen = _Shape(), list(schemas), set[str]()
        while left:
            schema = left.pop()
            if not isinstance(schema, Mapping):
                # `true`: anything goes.
                shape.others.append(True)
                shape.items.append(True)
                continue
            given = cast("Mapping[str, Any]", schema)
            reference = given.get("$ref")
            if reference and reference not in seen:
                seen.add(reference)
                left.append(self._schemas[reference.rpartition("/")[2]])
            for choice in _CHOICES:
                left.extend(given.get(choice, ()))
            for name, inner in given.get("properties", {}).items():
                shape.fields.setdefault(name, []).append(inner)
            if "items" in given:
                shape.items.append(given["items"])
            if given.get("additionalProperties", False) is not False:
                shape.others.append(given["additionalProperties"])
            elif _is_free(given):
                shape.others.append(True)
                shape.items.append(True)
        return shape


def _is_free(schema: Mapping[str, Any]) -> bool:
    """An object or array of which nothing more is said."""
    kinds = schema.get("type", ())
    named = {kinds} if isinstance(kinds, str) else set(kinds)
    says = schema.keys() - {"type"}
    if not schema:
        return True
    if "object" in named:
        return not says & {"properties", "additionalProperties", *_CHOICES, "$ref"}
    return "array" in named and "items" not in says
