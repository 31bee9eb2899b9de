"""Handlers in JavaScript, which has one kind only: what of them hides an error, and what answers it. Pure."""

from __future__ import annotations

import re

from workflows.code.syntax import Node
from workflows.proof.handlers import CLEANS
from workflows.proof.idling import is_idle

_ANSWERS = frozenset({"number", "string", "template_string", "true", "array", "object", "unary_expression"})
_GIVES = frozenset({"return_statement", "assignment_expression"})
_NO = r"\{\s*(?:return|[\w.]+\s*=)\s*false;?\s*\}"
_YES = r"(?:return|[\w.]+\s*=)\s*true;?"
_DISCARDS = CLEANS | {
    *("destroy", "end", "dispose", "closeSync", "unlinkSync", "rmSync", "releaseLock", "unsubscribe"),
}


def hides(clause: Node) -> bool:
    """An empty one hides; one with a default does where much is tried."""
    body = clause.get("body")
    tried = clause.parent.get("body") if clause.parent is not None else None
    if body is None or not body.children:
        # What follows, or what was there before, stands where that one thing could not be.
        done = tried.children if tried is not None else []
        is_returned = [part.kind for part in done] == ["return_statement"]
        if is_returned:
            return _made_up(clause.parent)
        return len(done) != 1 or not (_only_sets(done[0]) or _only_cleans(done[0]))
    if tried is None or not is_idle(body) or _gives_on(clause):
        return False
    # `new URL(text); return true`, and else `false`, is how one asks whether something can be done.
    asks = re.fullmatch(_NO, body.text) is not None
    if asks and tried.children and re.fullmatch(_YES, tried.children[-1].text):
        return False
    return len(tried.children) > (3 if asks else 1)


def _made_up(attempt: Node | None) -> bool:
    """`return 2`, and neither `return null` nor `return text`, comes next."""
    around = attempt.parent.children if attempt is not None and attempt.parent is not None else []
    following = around[around.index(attempt) + 1 :][:1] if attempt in around else []
    given = [part for one in following if one.kind == "return_statement" for part in one.children]
    return bool(given) and given[0].kind in _ANSWERS


def _gives_on(clause: Node) -> bool:
    """`return error` and `this.failed = error`: whoever asks gets to know."""
    caught, body = clause.get("parameter"), clause.get("body")
    given = [part for part in body.walk() if part.kind in _GIVES] if body is not None else []
    return caught is not None and any(
        name.kind == "identifier" and name.text == caught.text
        for part in given
        for inner in (part.get("right") or part,)
        for name in inner.walk()
    )


def _only_sets(statement: Node) -> bool:
    """`shown = nameOf(value)`, be it chosen by an `if`, where no answer was made up to stay in its place."""
    inner = [part for part in statement.children if part.kind != "comment"]
    match statement.kind:
        case "if_statement":
            ways = [way for way in (statement.get("consequence"), statement.get("alternative")) if way]
            return bool(ways) and all(_only_sets(way) for way in ways)
        case "statement_block" | "else_clause" | "expression_statement":
            return len(inner) == 1 and _only_sets(inner[0])
        case "assignment_expression" | "augmented_assignment_expression":
            left = statement.get("left")
            return left is not None and not _is_made_up(left)
        case _:
            return False


def _only_cleans(statement: Node) -> bool:
    """`socket.destroy()`: whether that goes well is of no matter any more."""
    call = statement.children[0] if statement.kind == "expression_statement" and statement.children else None
    if call is not None and call.kind == "await_expression" and call.children:
        call = call.children[0]
    function = call.get("function") if call is not None and call.kind == "call_expression" else None
    name = function.get("property") if function is not None else None
    return name is not None and name.text in _DISCARDS


def _is_made_up(name: Node) -> bool:
    """`let answer = 2`, or `this.answer = 2`, where it is set."""
    function = next(
        (up for up in name.above(60) if "function" in up.kind or up.kind.startswith("method")), None
    )
    top = function or list(name.above())[-1]
    return any(
        (given := part.get("name") or part.get("left")) is not None
        and (value := part.get("value") or part.get("right")) is not None
        and given.text == name.text
        and value.kind in _ANSWERS
        for part in top.walk()
        if part.kind in {"variable_declarator", "assignment_expression"}
    )
