"""A source file as its grammar sees it: what counts as code in it, and what is only said about the code."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from workflows.code.languages import Language

if TYPE_CHECKING:
    import tree_sitter

MAX_BYTES = 512 * 1024
MAX_DEPTH = 2_000

_WHOLE = frozenset(
    {
        *("string", "string_literal", "template_string", "raw_string_literal", "interpreted_string_literal"),
        *("char_literal", "character_literal", "rune_literal", "regex", "jsx_text", "byte_string_literal"),
    }
)
"""Taken as one piece: what is in them is never ours to touch."""
COMMENTS = frozenset({"comment", "line_comment", "block_comment", "html_comment"})


class Piece(NamedTuple):
    kind: str
    start: int
    end: int
    row: int
    last_row: int
    column: int
    is_doc: bool = False
    """A string that stands alone as a statement, as documentation does."""


@dataclass(slots=True)
class Source:
    language: Language
    content: bytes
    pieces: list[Piece] = field(default_factory=list[Piece])
    comments: list[Piece] = field(default_factory=list[Piece])
    top: list[Piece] = field(default_factory=list[Piece])
    """What stands at the top level, comments too."""
    shape: bytes = b""
    """The same for two files that differ in comments and in space that means nothing."""

    def text(self, piece: Piece) -> bytes:
        return self.content[piece.start : piece.end]


def read(content: bytes, language: Language) -> Source | None:
    """None if it is too large or too deep, or the grammar does not understand all of it."""
    import tree_sitter

    from workflows.code.syntax import grammar

    if len(content) > MAX_BYTES:
        return None
    tree = tree_sitter.Parser(tree_sitter.Language(grammar(language))).parse(content)
    if tree.root_node.has_error:
        return None
    return _walked(tree.walk(), Source(language, content))


def _walked(cursor: tree_sitter.TreeCursor, source: Source) -> Source | None:
    content = source.content
    shape: list[bytes] = []
    above: list[tuple[str, int]] = []
    covered = 0
    while True:
        node = cursor.node
        if node is None or len(above) > MAX_DEPTH:
            return None
        kind, inside = node.type, node.child_count
        is_piece = not inside or kind in _WHOLE or kind in COMMENTS
        if is_piece or len(above) == 1:
            start, end = node.start_byte, node.end_byte
            (row, column), (last_row, _) = node.start_point, node.end_point
            is_doc = kind == "string" and _is_doc(source, start, above)
            piece = Piece(kind, start, end, row, last_row, column, is_doc)
            if len(above) == 1:
                source.top.append(piece)
            if is_piece:
                (source.comments if kind in COMMENTS else source.pieces).append(piece)
                # No grammar gives every character a piece of its own, and those without one count too.
                shape.append(content[covered:start].strip())
                shape.append(b"" if kind in COMMENTS else content[start:end])
                covered = max(covered, end)
        if kind not in COMMENTS:
            shape.append(b"%d %s" % (len(above), kind.encode()))
        if not is_piece and cursor.goto_first_child():
            above.append((kind, inside))
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                source.shape = _digest([*shape, content[covered:].strip()])
                return source
            above.pop()


def _digest(parts: list[bytes]) -> bytes:
    return hashlib.blake2b(b"\0".join(part for part in parts if part)).digest()


def _is_doc(source: Source, start: int, above: list[tuple[str, int]]) -> bool:
    """Only Python has such; one that is put together at run time may do anything."""
    alone = source.language is Language.PYTHON and above[-1:] == [("expression_statement", 1)]
    return alone and not re.match(rb"\w*[fFtT]", source.content[start : start + 3])


_ORDERS = re.compile(
    rb"^(?://|/\*+|\#)[@\#:=!$]|^(?://|/\*+|\#)[\w-]+:|^///\s*<|^//(?:line|export|extern) |^//\s*\+build"
    rb"|coding[:=]|\\u|@(?:ts-|jest|vitest|jsx|flow|noflow|preserve|babel|deprecated|formatter|generated|swc|vite)"
    rb"|(?:type|fmt|pragma|mypy|pyright|ruff|isort|doctest|cython|distutils|noinspection|webpack\w*|turbopack\w*)\s*:"
    rb"|\b(?:eslint|jshint|jslint|tslint|biome|oxlint|prettier|istanbul|c8|v8|stylelint|nosonar|checkstyle"
    rb"|spotless|noqa|pragma|pylint|pyre|flake8|yapf|autopep8|nosec|bandit|go:\w+|nolint|staticcheck|gosec|rustfmt"
    rb"|clippy|cfg|cspell|codespell|deno|sourcemappingurl)\b|__pure__|__no_side_effects__|[\w-](?:ignore|disable)",
    re.IGNORECASE,
)
"""What tools read in comments. Rather too much is taken for an order than too little."""


def is_order(comment: bytes) -> bool:
    """Whether some tool obeys this comment: then it means something."""
    return _ORDERS.search(comment) is not None
