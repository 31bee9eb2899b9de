"""A file of JavaScript as the rules look at it: read once, and looked up often."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.code.syntax import Node, Parsed
from workflows.code.uses import Use, Way
from workflows.proof.scripts.shapes import FUNCTIONS, bare

_CLASSES = frozenset({"class_declaration", "class", "abstract_class_declaration"})
_DECLARES = (FUNCTIONS - {"method_definition"}) | _CLASSES | {"variable_declarator"}


@dataclass(frozen=True, slots=True)
class Script:
    root: Node
    uses: tuple[Use, ...]
    """Of names, and not of texts."""
    known: dict[str, Node]
    """What the file itself gives each name to first: a function, a class, or the value of a variable."""
    named: dict[str, list[Node]]
    """Where each name stands."""

    def is_function(self, name: str) -> bool:
        return name in self.known and self.known[name].kind in _CALLED


_CALLED = FUNCTIONS | _CLASSES


def script_of(parsed: Parsed, uses: tuple[Use, ...]) -> Script:
    known: dict[str, Node] = {}
    named: dict[str, list[Node]] = {}
    for node in parsed.root.walk():
        if node.kind in {"identifier", "shorthand_property_identifier"}:
            named.setdefault(node.text, []).append(node)
        name = node.get("name") if node.kind in _DECLARES else None
        value = node.get("value") if node.kind == "variable_declarator" else node
        if name is not None and value is not None:
            known.setdefault(name.text, bare(value))
    return Script(
        parsed.root,
        tuple(use for use in uses if use.node is not None and use.way is not Way.TEXT),
        known,
        named,
    )
