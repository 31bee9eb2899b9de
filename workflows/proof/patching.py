"""Where code puts something in the place of what is not its own: a library's, a builtin's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from workflows.code.languages import Language
from workflows.code.syntax import Parsed
from workflows.code.uses import Use, Way

_SETTERS = frozenset({"setattr", "delattr", "type.__setattr__", "object.__setattr__"})
_OF_BUILTINS = re.compile(r"__builtins__\s*[.\[]")
_UPDATED = re.compile(
    r"(?:vars\(\s*(\w+)\s*\)|(\w+)\.__dict__)\.(?:update|setdefault|pop|clear|__setitem__)$"
)
_PUT_BY = re.compile(
    r"(?:operator\.)?(?:setitem|delitem|ior|or_)\(\s*(?:vars\(\s*(\w+)\s*\)|(\w+)\.__dict__)"
    r"|dict\.(?:update|__setitem__|pop)\(\s*(?:vars\(\s*(\w+)\s*\)|(\w+)\.__dict__)"
)
_ALLOWED = ("os.environ", "sys.path", "sys.modules")
"""Set by many an honest program, or objected to elsewhere."""


def patched(uses: Sequence[Use], language: Language, own: frozenset[str]) -> list[Use]:
    if language is Language.PYTHON:
        outside = {use.name.partition(".")[0] for use in uses if use.way is Way.IMPORT} - own - {""}
        return [use for use in uses if _is_put(use, _SETTERS) and _is_of(use, outside | {"builtins"})]
    if language is Language.GO:
        outside = {use.name for use in uses if use.way is Way.IMPORT and "." not in use.name}
        return [use for use in uses if use.way is Way.WRITE and _is_of(use, outside)]
    return []


def put_around(parsed: Parsed, own: frozenset[str]) -> Iterator[tuple[str, int]]:
    """In Python: `__builtins__["len"] = …`, and `vars(json).update(…)` of what was imported."""
    imported = {
        (name.get("alias") or name).excerpt().partition(".")[0]
        for node in parsed.root.walk()
        if node.kind in {"import_statement", "import_from_statement"}
        for name in node.all("name")
    } - own
    for node in parsed.root.walk():
        left = node.get("left") if node.kind == "assignment" else None
        if left is not None and _OF_BUILTINS.match(left.excerpt()):
            yield left.excerpt(), node.line
        function = node.get("function") if node.kind == "call" else None
        updated = _UPDATED.match(function.excerpt()) if function is not None else None
        if updated and {updated[1], updated[2]} & {*imported, "__builtins__"}:
            yield updated[0], node.line
        put = _PUT_BY.match(node.excerpt(200)) if function is not None else None
        if put and set(put.groups()) & {*imported, "__builtins__"}:
            yield put[0], node.line


def _is_of(use: Use, outside: set[str] | frozenset[str]) -> bool:
    if use.own or any(use.starts(name) for name in _ALLOWED):
        return False
    return any(use.starts(name) for name in outside if name)


def _is_put(use: Use, setters: frozenset[str]) -> bool:
    if use.way is Way.WRITE:
        return "." in use.name
    node = use.node
    arguments = node.parent if node is not None else None
    if (
        arguments is None
        or arguments.kind not in {"argument_list", "arguments"}
        or arguments.children[0] is not node
    ):
        return False
    call = arguments.parent
    function = call.get("function") if call is not None else None
    return function is not None and function.excerpt() in setters and use.way is Way.READ
