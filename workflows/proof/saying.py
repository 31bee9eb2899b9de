"""Whether lines say something to a machine, or only to people."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from workflows.code.languages import language_of
from workflows.proof.sources import Source, is_order, read

_PROSE = frozenset({".md", ".rst", ".adoc", ".asciidoc", ".txt", ".markdown", ".pyi"})
_PROSE_NAMES = frozenset(
    {
        *("license", "licence", "changelog", "changes", "news", "notice"),
        *("authors", "contributors", "readme"),
    }
)
_LONG = 64

_Rows = Mapping[int, Sequence[tuple[int, bytes]]]


def differs(path: str, before: str, after: str) -> Callable[[int, int, int, int], bool]:
    """Whether these lines of the one (from, to) say other things to a machine than those of the other.

    What cannot be read is taken to do so.
    """
    language = language_of(path)
    old = read(before.encode(), language) if language else None
    new = read(after.encode(), language) if language else None
    olds, news = _by_row(old), _by_row(new)
    is_read, is_words = old is not None and new is not None, is_prose(path)

    def says(first: int, last: int, now_first: int, now_last: int) -> bool:
        same = is_read and _said(olds, first, last) == _said(news, now_first, now_last)
        return not is_words and not same

    return says


def _by_row(source: Source | None) -> _Rows:
    rows: dict[int, list[tuple[int, bytes]]] = {}
    if source is None:
        return rows
    orders = [note for note in source.comments if is_order(source.text(note))]
    for piece in sorted([*source.pieces, *orders], key=lambda piece: (piece.start, piece.end)):
        if piece.is_doc:
            continue
        text = source.text(piece)
        # It stands in each of its lines, and there may be many of these.
        said = piece.column, text if len(text) <= _LONG else hashlib.sha256(text).digest()
        for row in range(piece.row, piece.last_row + 1):
            rows.setdefault(row, []).append(said)
    return rows


def _said(rows: _Rows, first: int, last: int) -> list[tuple[int, tuple[bytes, ...]]]:
    """Line by line, without those that say nothing: how deep it stands, and the words."""
    said = (rows.get(row, ()) for row in range(first, last))
    return [(row[0][0], tuple(text for _, text in row)) for row in said if row]


def is_prose(path: str) -> bool:
    """Whether nothing of this file ever runs: documentation, a changelog, mere declarations of types."""
    pure = PurePosixPath(path.lower())
    named = pure.stem in _PROSE_NAMES and pure.suffix in {"", *_PROSE}
    # Text files may be data, unless they are where documentation is.
    text = pure.suffix == ".txt" and not {"doc", "docs"} & set(pure.parts[:-1])
    return named or (pure.suffix in _PROSE and not text) or pure.name.endswith((".d.ts", ".d.mts", ".d.cts"))
