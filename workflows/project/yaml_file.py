"""YAML as far as a file of settings needs it: maps, lists and text, by PyYAML, with the line of each.

No tags, anchors or aliases, so that a short text is a small value; and no types, so that `no` is a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from yaml import Event, Node

MOST_LEVELS = 8
MOST_NODES = 2_000

Place = tuple[int | str, ...]


class NotYaml(ValueError):
    """It cannot be read, or not all of it is what is read here."""


@dataclass(frozen=True, slots=True)
class Document:
    value: object
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """Of the nearest that is there: 0 for a text that is empty."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 0)


def read(content: bytes) -> Document:
    import yaml

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotYaml("it is not UTF-8") from None
    try:
        _look_through(text)
        root = cast("Node | None", yaml.compose(text, Loader=yaml.BaseLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise NotYaml(f"{where}{error.problem or 'it is no YAML'}") from error
    except yaml.YAMLError as error:
        raise NotYaml("it is no YAML, or has characters that do not belong there") from error
    lines: dict[Place, int] = {}
    return Document({} if root is None or root.value == "" else _value(root, (), lines), lines)


def _look_through(text: str) -> None:
    """Event by event, which takes no stack, before anything is built of it."""
    import yaml

    level = 0
    events = cast("Iterator[Event]", yaml.parse(text, Loader=yaml.BaseLoader))
    for count, event in enumerate(events):
        where = f"line {event.start_mark.line + 1}: "
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise NotYaml(f"{where}anchors and aliases are not read here")
        if getattr(event, "tag", None):
            raise NotYaml(f"{where}tags are not read here")
        if isinstance(event, yaml.CollectionStartEvent):
            level += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            level -= 1
        if level > MOST_LEVELS or count > MOST_NODES:
            raise NotYaml(f"{where}it is deeper or longer than what is read here")


def _value(node: Node, place: Place, lines: dict[Place, int]) -> object:
    import yaml

    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*place, index), lines) for index, one in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return str(node.value)
    found: dict[str, object] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise NotYaml(f"line {line}: a key is a word")
        name = str(key.value)
        if name in found:
            raise NotYaml(f"line {line}: `{name[:100]}` stands there twice")
        found[name] = _value(value, (*place, name), lines)
        lines[(*place, name)] = line
    return found
