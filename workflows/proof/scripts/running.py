"""Text that is run as code, and modules that are asked for by a name that nobody can read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from workflows.code.syntax import Node
from workflows.code.texts import STRINGS, is_sum
from workflows.code.uses import Use, Way
from workflows.proof.objections import reasons
from workflows.proof.objections.model import EVALUATES, Fine
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import (
    FUNCTIONS,
    LITERALS,
    arguments_of,
    bare,
    function_of,
    path,
    text_of,
)

_MAKERS = frozenset(
    {
        *("Function", "GeneratorFunction", "AsyncFunction"),
        *("Function.constructor", "Function.prototype.constructor"),
    }
)
_TIMERS = re.compile(r"(?:\w+\.)?(?:setTimeout|setInterval|setImmediate|execScript)")
_HANDED = frozenset({"arguments", "call_expression", "class_heritage", "extends_clause"})
_MADE = re.compile(r"(?:data|blob|https?|file):")
_READ = "a module by a name that is not written out"
_REQUIRED = r"""\brequire\(\s*(?:[^'"`\s)]|`[^`]*\$\{|['"][^'"]*['"]\s*\+)"""
_IMPORTED = r"""\bimport\(\s*(?:[^'"`\s)/]|`[^`]*\$\{|['"][^'"]*['"]\s*\+)"""


def running(script: Script) -> Iterator[Oddity]:
    for use in script.uses:
        if use.own:
            continue
        if use.name == "eval":
            yield _evaluates("eval", use.line, r"(?<![\w.$])eval\)?\s*\(")
        elif use.name in _MAKERS and _is_made(use):
            yield _evaluates("Function", use.line, r"\bnew Function\b|(?<![\w.])Function\(")
    for node in script.root.walk():
        if node.kind in {"call_expression", "new_expression"}:
            yield from _called(node, script)


def _evaluates(name: str, line: int, said: str = "") -> Oddity:
    return Oddity(EVALUATES, name, line, reasons.EVAL, Fine.KNOWN if said else Fine.NOWHERE, said)


def _is_made(use: Use) -> bool:
    """Called, or handed to something that calls it; what asks for the kind of a thing names it too."""
    node = use.node
    if node is None or node.kind == "type_identifier":
        return False
    return use.way is Way.CALL or (node.parent is not None and node.parent.kind in _HANDED)


def _called(node: Node, script: Script) -> Iterator[Oddity]:
    given = arguments_of(node)
    written = function_of(node)
    function = node.get("function") or node.get("constructor")
    timer = written.removesuffix(".call").removesuffix(".apply")
    if given and _TIMERS.fullmatch(timer) and any(_is_text(one) for one in _spread(given, timer != written)):
        yield _evaluates(written, node.line)
    elif written == "import" and given:
        yield from _module(given[0], "import()", _IMPORTED)
    elif written == "require" and given and "require" not in script.known:
        yield from _module(given[0], "require()", _REQUIRED)
    elif function is not None:
        yield from _constructor(node, function, given, script)


def _spread(given: Sequence[Node], with_this: bool) -> list[Node]:
    first = given[1:2] if with_this else given[:1]
    inner = first[0] if first else None
    while inner is not None and inner.kind in {"spread_element", "array"} and inner.children:
        inner = inner.children[0]
    return [inner] if inner is not None else []


def _module(asked: Node, name: str, said: str) -> Iterator[Oddity]:
    text = text_of(asked)
    if text is None:
        yield Oddity(EVALUATES, name, asked.line, f"loads {_READ}; name it", Fine.KNOWN, said)
    elif _MADE.match(text):
        yield _evaluates(name, asked.line)


def _constructor(node: Node, function: Node, given: Sequence[Node], script: Script) -> Iterator[Oddity]:
    """The constructor of a function makes functions of texts."""
    root, taken = path(function)
    if "constructor" not in taken:
        return
    own = script.known.get(root.text) if root.kind == "identifier" else None
    of_function = root.kind in FUNCTIONS or (
        own is not None and own.kind in FUNCTIONS and taken[0] == "constructor"
    )
    twice = any(one == other == "constructor" for one, other in pairwise(taken))
    of_literal = root.kind in LITERALS and taken[-1] == "constructor" and len(taken) > 1
    by_text = (
        node.kind == "call_expression" and taken[-1] == "constructor" and any(_is_text(one) for one in given)
    )
    if of_function or twice or of_literal or (by_text and root.kind != "super"):
        yield _evaluates("constructor", node.line)


def made_constructors(script: Script) -> Iterator[Oddity]:
    """`Object.getPrototypeOf(async function () {}).constructor`"""
    for node in script.root.walk():
        if node.kind == "object_pattern" and re.match(r"\{\s*constructor\b", node.excerpt()):
            yield _evaluates("constructor taken apart", node.line, r"\{\s*constructor\b[^}]*\}\s*=")
        inner = node.get("object") if node.kind == "member_expression" else None
        if inner is None or not node.excerpt(400).endswith(".constructor"):
            continue
        call = bare(inner)
        given = arguments_of(call) if call.kind == "call_expression" else []
        if given and function_of(call).endswith("getPrototypeOf") and bare(given[0]).kind in FUNCTIONS:
            yield _evaluates(
                "constructor of a function", node.line, r"getPrototypeOf\(\s*(?:async\s+)?(?:function|\()"
            )


def _is_text(node: Node) -> bool:
    node = bare(node)
    return node.kind in STRINGS or (is_sum(node) and any(part.kind in STRINGS for part in node.walk()))
