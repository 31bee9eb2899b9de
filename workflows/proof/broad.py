"""In Python: tests that take any error for the one that is meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.syntax import Node

TOO_BROAD = "any-error"
REASON = "takes any error for the one that is meant; name its type, or what it says"

_RAISES = frozenset({"raises", "assertRaises", "RaisesGroup"})
_ANY = re.compile(r"(?<![\w.])(?:builtins\.)?(?:Exception|BaseException)(?!\w)")


def broad(body: Node) -> Iterator[int]:
    for call in body.walk():
        function, arguments = call.get("function"), call.get("arguments")
        if call.kind != "call" or function is None or arguments is None or not arguments.children:
            continue
        name = function.get("attribute") or function
        if name.excerpt() not in _RAISES or not _ANY.search(arguments.children[0].excerpt(200)):
            continue
        says = any(one.kind == "keyword_argument" for one in arguments.children)
        if not says and not _is_looked_at(call, body):
            yield call.line


def _is_looked_at(call: Node, body: Node) -> bool:
    """`as caught`, and then `str(caught.value)`."""
    named = next((up for up in call.above(4) if up.kind == "as_pattern"), None)
    if named is None or len(named.children) < 2:
        return any(up.kind == "assignment" for up in call.above(3))
    name = named.children[-1].excerpt()
    return sum(part.kind == "identifier" and part.excerpt() == name for part in body.walk()) > 1
