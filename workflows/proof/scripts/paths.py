"""Texts that name what belongs to the test run: its files, its marks, its runners."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.syntax import Node, Parsed
from workflows.code.uses import Use, Way
from workflows.proof.objections import reasons, words
from workflows.proof.objections.model import DETECTS, HARNESS, REACHES, Fine
from workflows.proof.scripts.oddity import Oddity

_FILES = re.compile(
    r"(?:^|/)(?:__tests__|__snapshots__|__mocks__)(?:/|$)|\w[._-](?:test|spec)s?\.[cm]?[jt]sx?(?:\.snap)?$"
    r"|^(?:\.{1,2}/)+(?:tests?|specs?)(?:/|$)|^(?:tests?|specs?)/[\w/.-]+\.\w+$"
    r"|(?:^|/)(?:jest|vitest|karma|cypress|playwright|ava|wallaby)\.(?:config|setup)\b|\.(?:mocha|nyc|c8|tap)rc\b"
    r"|(?:^|/)node_modules/[\w.@]|(?:^|/)\.git(?:/|$)"
)
_RUNNERS = re.compile(
    r"(?:node:test|vitest|jest|mocha|ava|tap|tape|jasmine|karma|uvu|chai|sinon|qunit|expect|should|cypress|(?:node:)?assert)(?:[/-]\w+)*"
    r"|@(?:jest|vitest|testing-library|playwright|sinonjs)/[\w/-]+"
)
_MARKS = re.compile(
    r"__coverage__|__vitest_\w+|__jest_\w+|\$\$jest|jest-matchers|jest-(?:circus|runner|worker|environment)"
    r"|NODE_V8_COVERAGE|NODE_TEST|JEST_|VITEST_|MOCHA_|happy-?dom\b|\bjsdom\b|\bredfirst"
)


def paths(use: Use) -> Iterator[Oddity]:
    """Of one text."""
    text = use.name
    touched = _FILES.search(text) if len(text) < 400 else None
    if touched:
        yield Oddity(HARNESS, touched[0], use.line, words.HARNESSED_REASON, Fine.KNOWN, re.escape(text))
    marked = _MARKS.search(text)
    if marked:
        said = rf"(?<!\w){re.escape(marked[0])}"
        yield Oddity(DETECTS, marked[0], use.line, words.MARKS_REASON, Fine.KNOWN, said)
    elif text in {"module", "node:module"} and _is_module(use.node):
        yield Oddity(REACHES, "module", use.line, reasons.LOADER, Fine.KNOWN, r"['\"](?:node:)?module['\"]")
    elif _RUNNERS.fullmatch(text) and _is_module(use.node):
        said = rf"""['"`]{re.escape(text)}['"`/]"""
        yield Oddity(DETECTS, text, use.line, reasons.RUNNER, Fine.KNOWN, said)


def _is_module(node: Node | None) -> bool:
    above = node.parent if node is not None else None
    if above is None:
        return False
    if above.kind in {"import_statement", "export_statement", "import_require_clause"}:
        return True
    function = above.parent.get("function") if above.parent is not None else None
    return (
        function is not None
        and re.fullmatch(r"import|(?:\w+\.)*(?:require|resolve)", function.excerpt()) is not None
    )


def in_patterns(parsed: Parsed) -> Iterator[Use]:
    """What is looked for by a pattern is a text, too: `/jest|mocha/`."""
    for node in parsed.root.walk():
        if node.kind == "regex":
            body = node.excerpt(400).strip("/").rstrip("/dgimsuvy")
            for word in re.split(r"[|()]", body):
                text = re.sub(r"\\(.)|[\^$?]", lambda match: match[1] or "", word)
                if text:
                    yield Use(text, Way.TEXT, node.line, parsed.shown(node.line), node=node)
