"""What tells a checker to be silent: a new one hides what would be new."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from policies.patch import Patch
from workflows.code.languages import Language, language_of
from workflows.code.syntax import Parsed, parse
from workflows.proof.diagnostics.model import SUPPRESSION, Diagnostic, plain
from workflows.proof.sources import read
from workflows.tree import Tree

_PYTHON_LINTERS = ("ruff", "flake8")
_PYTHON_TYPES = ("mypy", "pyright", "basedpyright")
NOBODY = "another checker"

_COMMENTS: Sequence[tuple[re.Pattern[str], tuple[str, ...]]] = tuple(
    (re.compile(pattern, re.IGNORECASE), tools)
    for pattern, tools in (
        (r"#\s*(?:ruff|flake8)\s*:\s*(?:noqa|disable|ignore|file-ignore)|#\s*noqa\b", _PYTHON_LINTERS),
        (r"#\s*type\s*:\s*ignore", _PYTHON_TYPES),
        (r"#\s*(?:based)?pyright\s*:", ("pyright", "basedpyright")),
        (r"#\s*mypy\s*:", ("mypy",)),
        (r"(?://|/\*+|<!--|\*)\s*eslint(?:-\w|\s)|/\*+\s*globals?\s", ("eslint",)),
        (r"@ts-(?:ignore|expect-error|nocheck)", ("tsc",)),
        (r"#\s*(?:pylint|pyre(?:-ignore|-fixme)?|pytype|ty)\s*[:\[]|#\s*nosec", (NOBODY,)),
        (r"(?:biome|oxlint|deno-lint|tslint|jshint)(?:-ignore|-disable|:)|nolint|NOSONAR", (NOBODY,)),
    )
)
_CODE: Sequence[tuple[re.Pattern[str], tuple[str, ...]]] = tuple(
    (re.compile(pattern), tools)
    for pattern, tools in (
        (r"#!?\s*\[\s*(?:cfg_attr\s*\(.*\b)?(?:allow|expect|warn)\s*\(", ("clippy",)),
        (r"@\s*(?:java\.lang\.)?SuppressWarnings\b", (NOBODY,)),
        (r"@\s*(?:typing\.|typing_extensions\.|t\.)?no_type_check\b", _PYTHON_TYPES),
    )
)
_MARKED = frozenset(
    {"attribute_item", "inner_attribute_item", "annotation", "marker_annotation", "decorator"}
)


class Silencer(NamedTuple):
    file: str
    line: int
    text: str
    tools: tuple[str, ...]
    """Who obeys it."""


def new_silencers(before: Tree, fix: Patch) -> list[Silencer]:
    """What is only moved, from one file to another as well, is not new."""
    olds: list[Silencer] = []
    news: list[Silencer] = []
    for change in fix.changes:
        language = language_of(change.path)
        if language is None:
            continue
        old = before.text(change.path)
        olds += _in(change.path, old, language) if old is not None else []
        news += _in(change.path, change.content, language) if change.content is not None else []
    left = Counter(one.text for one in olds)
    fresh: list[Silencer] = []
    for one in news:
        if left[one.text] > 0:
            left[one.text] -= 1
        else:
            fresh.append(one)
    return fresh


def as_diagnostic(one: Silencer, tool: str) -> Diagnostic:
    return Diagnostic(tool=tool, file=one.file, line=one.line, code=SUPPRESSION, message=one.text)


def _in(path: str, text: str, language: Language) -> Iterator[Silencer]:
    for line, said in _comments(text, language):
        tools = tuple(
            dict.fromkeys(tool for known, names in _COMMENTS if known.search(said) for tool in names)
        )
        if tools:
            yield Silencer(path, line, plain(said), tools)
    parsed = parse(text, language)
    if not isinstance(parsed, Parsed):
        return
    for node in parsed.root.walk():
        if node.kind in _MARKED:
            said = node.excerpt(300)
            tools = next((names for known, names in _CODE if known.match(said)), ())
            if tools:
                yield Silencer(path, node.line, plain(said), tools)


def _comments(text: str, language: Language) -> Iterator[tuple[int, str]]:
    source = read(text.encode("utf-8", errors="replace"), language)
    if source is None:
        # Not understood by the grammar: then each line may hold one.
        for number, line in enumerate(text.split("\n"), 1):
            yield from ((number, said[0]) for said in _MAYBE.finditer(line[:2_000]))
        return
    for piece in source.comments:
        yield piece.row + 1, source.text(piece).decode("utf-8", errors="replace")


_MAYBE = re.compile(r"(?:#|//|/\*).*")
