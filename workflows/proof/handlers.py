"""What becomes of an error in Python: handlers that take all and tell nobody, and what forgives. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from workflows.code.syntax import Node, Parsed
from workflows.code.texts import said

_EVERYTHING = frozenset({"Exception", "BaseException", "AssertionError"})
_BASES = frozenset({"__base__", "__bases__", "__mro__", "mro"})
_TELLS = re.compile(
    r"(?:^|[._])(?:log|warn|traceback|report|print|exc_info|format_exc|debug|exception|set_exception)",
    re.IGNORECASE,
)
_TOLD_NOBODY = frozenset({"str", "repr", "type", "id", "bool", "isinstance", "hash", "len"})
CLEANS = frozenset(
    {
        *("close", "aclose", "rollback", "cancel", "shutdown", "terminate", "kill", "release", "flush"),
        *("disconnect", "stop", "unlink", "quit", "wait_closed", "cleanup", "abort", "rmtree", "remove"),
    }
)
_EXITS = frozenset({"__exit__", "__aexit__"})
_NARROWS = re.compile(r"isinstance|issubclass|==|\bis\s+(?:not\s+)?(?!None\b)[A-Za-z_]|\bin\b")


def broad_names(parsed: Parsed) -> frozenset[str]:
    """`Anything = Exception`, `ANY = (Exception, KeyError)`, `from builtins import Exception as Any`"""
    found = set(_EVERYTHING)
    for node in parsed.root.walk():
        name = node.get("left") if node.kind == "assignment" else node.get("alias")
        real = node.get("right") if node.kind == "assignment" else node.get("name")
        if name is not None and real is not None and node.kind in {"assignment", "aliased_import"}:
            held = real.children if real.kind in {"tuple", "list", "expression_list"} else [real]
            if any(one.excerpt().removeprefix("builtins.") in _EVERYTHING for one in held):
                found.add(name.excerpt())
    return frozenset(found)


def takes_all(caught: Node | None, everything: frozenset[str]) -> bool:
    if caught is None:
        return True
    if caught.kind == "as_pattern":
        caught = caught.children[0]
    for part in caught.walk():
        if part.kind == "identifier" and part.excerpt() in everything | _BASES:
            return True
        if part.kind == "string" and said(part) in _EVERYTHING:
            return True
    return False


def says_nothing(clause: Node) -> bool:
    """Nothing is raised, nobody is told, and nobody asks what the error was."""
    block = next((child for child in clause.children if child.kind == "block"), None)
    if block is None:
        return True
    caught = clause.get("value")
    named = caught is not None and caught.kind == "as_pattern"
    name = caught.children[-1].excerpt() if caught is not None and named else ""
    said_or_asked = (
        part
        for statement in block.children
        if not _is_idle_about(statement, name)
        for part in statement.walk()
    )
    return not any(
        part.kind == "raise_statement"
        or (part.kind == "identifier" and name and part.excerpt() == name)
        or (part.kind == "call" and (told := part.get("function")) and _TELLS.search(told.excerpt()))
        for part in said_or_asked
    )


def _is_idle_about(statement: Node, name: str) -> bool:
    """`del error`, `_ = error`, `str(error)`: the name is said, and nothing comes of it."""
    if statement.kind == "delete_statement":
        return True
    done = statement.children[0] if statement.kind == "expression_statement" and statement.children else None
    if done is None:
        return False
    if done.kind == "assignment":
        left, right = done.get("left"), done.get("right")
        return (
            left is not None and right is not None and left.excerpt()[:1] == "_" and right.excerpt() == name
        )
    function = done.get("function") if done.kind == "call" else None
    return done.excerpt() == name or (function is not None and function.excerpt() in _TOLD_NOBODY)


def is_cleaning_up(clause: Node) -> bool:
    """`try: connection.close()`: whether that goes well is of no matter any more."""
    tried = clause.parent.get("body") if clause.parent is not None else None
    done = list(tried.children) if tried is not None else []
    while len(done) == 1 and done[0].kind == "if_statement" and done[0].get("alternative") is None:
        inner = done[0].get("consequence")
        done = list(inner.children) if inner is not None else []
    call = done[0].children[0] if len(done) == 1 and done[0].children else None
    call = call.children[0] if call is not None and call.kind == "await" and call.children else call
    function = call.get("function") if call is not None and call.kind == "call" else None
    name = function.get("attribute") if function is not None else None
    return name is not None and name.excerpt() in CLEANS


def forgiving(parsed: Parsed) -> Iterator[tuple[str, int]]:
    """`__exit__`, or what is pushed in its place, that says of every error that it was none."""
    for node in parsed.root.walk():
        name = node.get("name") if node.kind == "function_definition" else None
        if name is not None and name.excerpt() in _EXITS and _forgives(node):
            yield "__exit__", node.line
        left, right = (node.get("left"), node.get("right")) if node.kind == "assignment" else (None, None)
        if (
            left is not None
            and right is not None
            and left.excerpt() in _EXITS
            and _says_yes(right.get("body"))
        ):
            yield "__exit__", node.line
        function = node.get("function") if node.kind == "call" else None
        pushed = function.get("attribute") if function is not None else None
        if pushed is not None and pushed.excerpt() in {"push", "push_async_exit"}:
            arguments = node.get("arguments")
            if arguments is not None and any(_says_yes(one.get("body")) for one in arguments.children):
                yield pushed.excerpt(), node.line


def _forgives(function: Node) -> bool:
    body, named = function.get("body"), function.get("parameters")
    if body is None or named is None or _NARROWS.search(body.text.replace("is not None", "")):
        return False
    errors = {part.excerpt() for part in named.walk() if part.kind == "identifier"} - {"self", "cls"}
    given = [part.children[0] for part in body.walk() if part.kind == "return_statement" and part.children]
    return any(_says_yes(one) or _asks_only(one, errors) for one in given)


def _asks_only(given: Node, errors: Collection[str]) -> bool:
    """`return kind is not None`, `return bool(kind)`: true of every error."""
    names = {part.excerpt() for part in given.walk() if part.kind == "identifier"}
    if not names or not names <= {*errors, "bool"} or any(part.kind == "attribute" for part in given.walk()):
        return False
    return given.kind != "not_operator" and re.search(r"\bis\s+None\b|==\s*None\b", given.text) is None


def _says_yes(given: Node | None) -> bool:
    if given is None:
        return False
    return given.kind == "true" or given.excerpt() in {"1", "not None", "not False", "bool(1)"}
