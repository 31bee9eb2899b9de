"""Promises whose errors nobody hears of, and endings that put something in the place of an error."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.syntax import Node
from workflows.proof.objections.model import SWALLOWS, Fine
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import FUNCTIONS, arguments_of, is_idle

_REASON = "takes every error and says nothing; catch the one that is meant, or let it through"
_LOOPS = frozenset(
    {"for_statement", "for_in_statement", "while_statement", "do_statement", "switch_statement"}
)
_KNOWN = (
    r"\.catch\(\s*(?:\(\w*\)|\w+)\s*=>\s*(?:\{\s*\}|undefined|null)"
    r"|\.catch\(\s*(?:\w+\.)*(?:noop|NOOP)\s*\)|\.catch\(\s*function\s*\(\w*\)\s*\{\s*\}"
)


_EVENTS = re.compile(r"(?i)unhandledrejection|uncaughtexception(?:monitor)?|rejectionhandled")


def silence(script: Script) -> Iterator[Oddity]:
    for node in script.root.walk():
        if node.kind == "finally_clause" and _leaves(node):
            yield Oddity(SWALLOWS, "finally", node.line, _REASON)
        elif node.kind == "string" and _EVENTS.fullmatch(node.excerpt(40).strip("\"'")):
            reason = "hears of errors that nobody caught; a fix has no business there"
            yield Oddity(SWALLOWS, "unhandled", node.line, reason, Fine.KNOWN, _EVENTS.pattern)
        elif node.kind == "call_expression":
            function, given = node.get("function"), arguments_of(node)
            name = function.get("property") if function is not None else None
            at = {"catch": 0, "then": 1}.get(name.excerpt()) if name is not None else None
            if function is not None and function.excerpt(80).endswith((".catch.call", ".then.call")):
                at, given = (1, given) if function.excerpt(80).endswith(".catch.call") else (2, given)
            if at is not None and len(given) == at + 1 and is_idle(given[at], script.known):
                yield Oddity(SWALLOWS, "catch", node.line, _REASON, Fine.KNOWN, _KNOWN)


def _leaves(clause: Node) -> bool:
    """What is returned in the end takes the place of what was thrown; so does going on with the next."""
    todo = [(part, False) for part in clause.children]
    while todo:
        node, in_loop = todo.pop()
        if node.kind == "return_statement":
            return True
        if node.kind in {"break_statement", "continue_statement"} and (not in_loop or node.children):
            return True
        if node.kind not in FUNCTIONS:
            todo.extend((part, in_loop or node.kind in _LOOPS) for part in node.children)
    return False
