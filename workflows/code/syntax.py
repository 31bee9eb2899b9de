"""A file's syntax tree, as plain objects of our own.

Hostile code may nest half a million deep, so nothing here recurses, and a node knows its parent at no cost.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workflows.code.languages import Language

if TYPE_CHECKING:
    from tree_sitter import TreeCursor

MAX_BYTES = 1024**2
MAX_NODES = 400_000
ROUNDS = 2_000
ROUND_BYTES = 20
"""Real code takes a round of the parser for some fifty bytes."""
CHUNK = 64 * 1024
MAX_LINE = 200
"""How much of a line is shown."""

_COMMENTS = frozenset({"comment", "line_comment", "block_comment"})


@dataclass(slots=True, eq=False)
class Node:
    """One thing that the grammar names. Of mere tokens only those are kept that have a part to play."""

    kind: str
    part: str
    """Which part of its parent it is, such as `condition`; empty where the grammar does not say."""
    start: int
    end: int
    line: int
    source: bytes
    parent: Node | None
    children: list[Node] = field(default_factory=list["Node"])
    parts: dict[str, Node] | None = None
    """The first of each part: looked up, for a node may have a hundred thousand children."""

    @property
    def text(self) -> str:
        return self.source[self.start : self.end].decode("utf-8", errors="replace")

    def excerpt(self, most: int = 80) -> str:
        """How it begins: all of it may be long, and is not to be read again at each depth."""
        return self.source[self.start : min(self.end, self.start + most)].decode("utf-8", errors="replace")

    def get(self, part: str) -> Node | None:
        return self.parts.get(part) if self.parts is not None else None

    def all(self, part: str) -> list[Node]:
        return [child for child in self.children if child.part == part]

    def above(self, most: int = 64) -> Iterator[Node]:
        """What it is in, from the inside out, no further than a person would nest."""
        node = self.parent
        while node is not None and most:
            yield node
            node, most = node.parent, most - 1

    def walk(self) -> Iterator[Node]:
        """It and all that is in it, in the order of the text."""
        todo: list[Node] = [self]
        while todo:
            node = todo.pop()
            yield node
            todo.extend(reversed(node.children))


@dataclass(frozen=True, slots=True)
class Parsed:
    language: Language
    root: Node
    lines: tuple[str, ...]
    broken: bool
    """The grammar did not understand all of it; the rest is there."""

    def shown(self, line: int) -> str:
        """One line as a person would be shown it. Lines count from 1."""
        text = self.lines[line - 1][: 10 * MAX_LINE].strip() if 0 < line <= len(self.lines) else ""
        return text if len(text) <= MAX_LINE else text[: MAX_LINE - 1] + "…"


@dataclass(frozen=True, slots=True)
class Unread:
    reason: str


def parse(text: str, language: Language) -> Parsed | Unread:
    import tree_sitter

    source = text.encode("utf-8", errors="replace")
    if len(source) > MAX_BYTES:
        return Unread(f"the file has {len(source)} bytes; more than {MAX_BYTES} are not read")
    # Some nonsense takes the parser time that grows with its square, so its rounds are counted.
    rounds = itertools.count()
    most = ROUNDS + len(source) // ROUND_BYTES
    try:
        tree = tree_sitter.Parser(tree_sitter.Language(grammar(language))).parse(
            lambda at, _: source[at : at + CHUNK], progress_callback=lambda _at, _broken: next(rounds) > most
        )
    except ValueError:
        return Unread("the parser cannot make sense of the file")
    root = _copied(tree.walk(), source)
    if root is None:
        return Unread(f"the file has more than {MAX_NODES} parts; it is not read")
    # As the grammar counts lines, by line feed alone: other separators would shift what is shown.
    lines = tuple(line.decode("utf-8", errors="replace") for line in source.split(b"\n"))
    return Parsed(language, root, lines, tree.root_node.has_error)


def _copied(cursor: TreeCursor, source: bytes) -> Node | None:
    top: Node | None = None
    above: list[Node | None] = [None]
    count = 0
    while True:
        found = cursor.node
        name = cursor.field_name
        node = above[-1]
        if found is not None and (found.is_named or name is not None) and found.type not in _COMMENTS:
            count += 1
            if count > MAX_NODES:
                return None
            parent = above[-1]
            node = Node(
                found.type,
                name or "",
                found.start_byte,
                found.end_byte,
                found.start_point.row + 1,
                source,
                parent,
            )
            if parent is not None:
                parent.children.append(node)
                if name is not None:
                    parent.parts = parent.parts or {}
                    parent.parts.setdefault(name, node)
            top = top or node
        if cursor.goto_first_child():
            above.append(node)
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return top
            above.pop()


def grammar(language: Language) -> object:
    match language:
        case Language.PYTHON:
            import tree_sitter_python

            return tree_sitter_python.language()
        case Language.JAVASCRIPT:
            import tree_sitter_javascript

            return tree_sitter_javascript.language()
        case Language.TYPESCRIPT:
            import tree_sitter_typescript

            return tree_sitter_typescript.language_typescript()
        case Language.TSX:
            import tree_sitter_typescript

            return tree_sitter_typescript.language_tsx()
        case Language.RUST:
            import tree_sitter_rust

            return tree_sitter_rust.language()
        case Language.JAVA:
            import tree_sitter_java

            return tree_sitter_java.language()
        case Language.GO:
            import tree_sitter_go

            return tree_sitter_go.language()
