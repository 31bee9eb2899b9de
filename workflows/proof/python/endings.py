"""In Python: what is left to run when a thing or the program ends, and what ends it from within. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Node, Parsed
from workflows.code.texts import said
from workflows.proof.objections import reasons
from workflows.proof.objections.model import DETECTS, ENDS, REACHES, SWALLOWS
from workflows.proof.python.asked import Asked

_STOPS = frozenset({"KeyboardInterrupt", "GeneratorExit", "BaseException"})
_STOPS_REASON = "raises what ends a program and not what went wrong"
_QUIET = frozenset({"simplefilter", "filterwarnings"})
_QUIET_REASON = "silences warnings for everybody; mend what they are about"
_DEPTH_REASON = "measures how deep it was called, which shows who runs it"


def endings(parsed: Parsed) -> Iterator[Asked]:
    for node in parsed.root.walk():
        match node.kind:
            case "function_definition":
                name = node.get("name")
                if name is not None and name.excerpt() == "__del__":
                    yield Asked("__del__", node.line, reasons.HOOK, ENDS)
            case "except_clause" if _measures_depth(node):
                yield Asked("RecursionError", node.line, _DEPTH_REASON, DETECTS)
            case "raise_statement":
                raised = node.children[0] if node.children else None
                raised = raised.get("function") or raised if raised is not None else None
                if raised is not None and raised.excerpt() in _STOPS:
                    yield Asked(raised.excerpt(), node.line, _STOPS_REASON, ENDS)
            case "call":
                function = node.get("function")
                done = (function.get("attribute") or function) if function is not None else None
                if done is not None and done.excerpt() == "set_exception_handler":
                    yield Asked(done.excerpt(), node.line, reasons.INSIDE, REACHES)
                elif done is not None and done.excerpt() in _QUIET and _is_quiet_for_good(node):
                    yield Asked(done.excerpt(), node.line, _QUIET_REASON, SWALLOWS)
            case _:
                pass


def _measures_depth(clause: Node) -> bool:
    """It calls itself until there is no more room, and tells how far it came."""
    caught = clause.get("value")
    if caught is None or "RecursionError" not in caught.excerpt(200):
        return False
    around = next((up for up in clause.above() if up.kind == "function_definition"), None)
    name = around.get("name") if around is not None else None
    tried = clause.parent.get("body") if clause.parent is not None else None
    if name is None or tried is None or any(part.kind == "raise_statement" for part in clause.walk()):
        return False
    calls = (part.get("function") for part in tried.walk() if part.kind == "call")
    return any(one is not None and (one.get("attribute") or one).excerpt() == name.excerpt() for one in calls)


def _is_quiet_for_good(call: Node) -> bool:
    arguments = call.get("arguments")
    given = arguments.children if arguments is not None else []
    if not given or said(given[0]) != "ignore":
        return False
    return not any(up.kind == "with_statement" and "catch_warnings" in up.excerpt(300) for up in call.above())
