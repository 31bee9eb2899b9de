"""JSON as a type, in one place, and the reading of request bodies the way GitHub complains about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, cast

from bot.standin.errors import GitHubError

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = "Mapping[str, Json]"


def _shown(value: Json) -> str:
    """How GitHub prints an offending value (it is a Ruby program, and its messages show it)."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _wrong_type(name: str, value: Json, kind: str) -> GitHubError:
    return GitHubError(422, f"Invalid request.\n\nFor 'properties/{name}', {_shown(value)} is not {kind}.")


def is_list(value: Json) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


class Body:
    """A request body, read field by field; what does not fit is answered as GitHub answers it."""

    def __init__(self, fields: JsonObject) -> None:
        self._fields = fields

    def has(self, name: str) -> bool:
        return name in self._fields

    def is_null(self, name: str) -> bool:
        return name in self._fields and self._fields[name] is None

    def text(self, name: str) -> str:
        if name not in self._fields:
            raise GitHubError(422, f'Invalid request.\n\n"{name}" wasn\'t supplied.')
        value = self._fields[name]
        if not isinstance(value, str):
            raise _wrong_type(name, value, "a string")
        return value

    def maybe_text(self, name: str) -> str | None:
        value = self._fields.get(name)
        return None if value is None else self.text(name)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._fields.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise _wrong_type(name, value, "a boolean")
        return value

    def maybe_number(self, name: str) -> int | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong_type(name, value, "an integer")
        return value

    def items(self, name: str) -> Sequence[Json]:
        value = self._fields.get(name)
        if value is None:
            return []
        if not is_list(value):
            raise _wrong_type(name, value, "an array")
        return cast("Sequence[Json]", value)

    def texts(self, name: str) -> list[str]:
        found: list[str] = []
        for item in self.items(name):
            if not isinstance(item, str):
                raise _wrong_type(f"{name}/items", item, "a string")
            found.append(item)
        return found

    def numbers(self, name: str) -> list[int]:
        found: list[int] = []
        for item in self.items(name):
            if not isinstance(item, int) or isinstance(item, bool):
                raise _wrong_type(f"{name}/items", item, "an integer")
            found.append(item)
        return found

    def text_or_number(self, name: str) -> str:
        """For the few fields that GitHub takes either way."""
        value = self._fields.get(name)
        return self.text(name) if not isinstance(value, int) or isinstance(value, bool) else str(value)

    def texts_by_name(self) -> dict[str, str]:
        """For an object that is a table of its own, such as that of permissions."""
        return {name: self.text(name) for name in self._fields}

    def names(self, name: str) -> list[str]:
        """Names, or objects that have one: labels may be given either way."""
        return [
            item if isinstance(item, str) else Body({name: [item]}).objects(name)[0].text("name")
            for item in self.items(name)
        ]

    def objects(self, name: str) -> list[Body]:
        found: list[Body] = []
        for item in self.items(name):
            if not isinstance(item, Mapping):
                raise _wrong_type(f"{name}/items", item, "an object")
            found.append(Body(item))
        return found

    def child(self, name: str) -> Body | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise _wrong_type(name, value, "an object")
        return Body(value)
