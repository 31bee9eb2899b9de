"""Changing what is not the project's own: builtins, their prototypes, the global object, other modules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from workflows.code.syntax import Node
from workflows.code.uses import Use, Way
from workflows.proof.objections import words
from workflows.proof.objections.model import PATCHES, Fine
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import (
    LITERALS,
    MEMBERS,
    arguments_of,
    bare,
    function_of,
    path,
    property_of,
    text_of,
)

_BUILT_IN = frozenset(
    {
        *("console", "Math", "JSON", "Date", "Array", "Object", "String", "Number", "Promise", "Error"),
        *("RegExp", "Function", "Symbol", "Map", "Set", "WeakMap", "WeakSet", "Reflect", "Buffer", "Boolean"),
        *("process", "TypeError", "RangeError", "SyntaxError", "EvalError", "AggregateError", "BigInt"),
        *(
            "globalThis",
            "global",
            "window",
            "self",
            "assert",
            "expect",
            "Proxy",
            "Intl",
            "Iterator",
            "Atomics",
        ),
        *("Uint8Array", "Int8Array", "Uint16Array", "Int16Array", "Uint32Array", "Int32Array", "DataView"),
        *("Float32Array", "Float64Array", "ArrayBuffer", "SharedArrayBuffer", "Uint8ClampedArray"),
        *("BigInt64Array", "BigUint64Array", "WeakRef", "URL", "URLSearchParams", "Headers", "Request"),
        *("Response", "FormData", "Blob", "TextEncoder", "TextDecoder", "EventTarget", "Event", "crypto"),
        *("performance", "AbortController", "AbortSignal", "ReadableStream", "Element", "Node"),
    }
)
_BARE = _BUILT_IN | {
    *("parseInt", "parseFloat", "isNaN", "isFinite", "setTimeout", "setInterval", "setImmediate"),
    *(
        "clearTimeout",
        "queueMicrotask",
        "structuredClone",
        "fetch",
        "encodeURIComponent",
        "decodeURIComponent",
    ),
    *("encodeURI", "decodeURI", "undefined", "NaN", "Infinity", "require"),
}
_ALLOWED = ("process.env", "process.exitCode")
_SETTERS = frozenset(
    {
        *("Object.defineProperty", "Object.defineProperties", "Object.assign", "Object.setPrototypeOf"),
        *("Reflect.set", "Reflect.defineProperty", "Reflect.deleteProperty", "Reflect.setPrototypeOf"),
        *("Object.freeze", "Object.seal", "Object.preventExtensions"),
    }
)
_LOADS = frozenset({"require", "import"})
_DEFINES = frozenset({"__defineGetter__", "__defineSetter__"})
_ASSIGNS = frozenset({"assignment_expression", "augmented_assignment_expression", "update_expression"})
_OTHERS = r"\.__proto__\s*\.|\.constructor\.prototype|getPrototypeOf\([^()]*\)\s*[.\[]"
_SAFE = re.compile(r"isPrototypeOf$|inherits$|Object$|create$")
_AWAY = r"[(\[,]\s*[A-Z]\w+\.prototype\s*[,)\]]"
_LENT = r"(?<![\w.])[a-z]\w*\.prototype\b"


def changing(script: Script) -> Iterator[Oddity]:
    by_node = {id(use.node): use for use in script.uses}
    outside = _outside(script)
    yield from _given_away(script)
    for target, is_whole in _targets(script, by_node):
        use = None if _is_fresh(target) else by_node.get(id(target)) or _of_call(target, by_node)
        if use is not None and not use.own and not any(use.starts(name) for name in _ALLOWED):
            if not is_whole and use.name in _BARE and target.kind == "identifier":
                yield _patches(use.name, target)
                continue
            if _is_of_error(target, use.name):
                continue
            first = use.name.partition(".")[0]
            is_inside = is_whole or use.unknown or "." in use.name
            if is_inside and (first in _BUILT_IN or any(use.starts(name) for name in outside)):
                yield _patches(use.name, target)
                continue
        yield from _unnamed(target, is_whole, script)


def _is_of_error(target: Node, name: str) -> bool:
    """`const error = new Error(…)` and then `error.code = …`: an error, and not all of them."""
    first, _, rest = name.partition(".")
    is_class = rest.partition(".")[0] in {"prototype", "captureStackTrace", "prepareStackTrace", ""}
    return first.endswith("Error") and not is_class and path(target)[0].text != first


def _is_fresh(target: Node) -> bool:
    """`Object.create(…)`, `new Map()`: what is made on the spot may be changed."""
    node: Node | None = bare(target)
    while node is not None and node.kind in MEMBERS:
        inner = node.get("object")
        node = bare(inner) if inner is not None else None
    if node is None or node.kind not in {"call_expression", "new_expression"}:
        return False
    function = function_of(node)
    return function not in _LOADS and not function.endswith("getPrototypeOf")


def _of_call(target: Node, by_node: dict[int, Use]) -> Use | None:
    """`Object.prototype.__defineGetter__(…)`: the name goes on after what is changed."""
    function = target.parent
    call = function.parent if function is not None else None
    if (
        function is None
        or call is None
        or function.part != "function"
        or property_of(function) not in _DEFINES
    ):
        return None
    return by_node.get(id(call)) or by_node.get(id(function))


def _outside(script: Script) -> set[str]:
    """Modules of others: what is imported, or asked for by its name on the spot."""
    asked = {use.name for use in script.uses if use.way is Way.IMPORT or use.name == "require"}
    for node in script.root.walk():
        if node.kind == "call_expression" and (given := arguments_of(node)) and function_of(node) in _LOADS:
            asked.add((text_of(given[0]) or "").removeprefix("node:"))
    return {name for name in asked if name and not name.startswith((".", "#", "~", "@/"))}


def _patches(name: str, target: Node) -> Oddity:
    return Oddity(PATCHES, name, target.line, words.PATCHED_REASON)


def _targets(script: Script, by_node: dict[int, Use]) -> Iterator[tuple[Node, bool]]:
    """What is written, and whether it is changed as a whole or only that one part is put there."""
    for node in script.root.walk():
        if node.kind in _ASSIGNS:
            left = node.get("left") or node.get("argument")
            if left is not None:
                yield from ((part, False) for part in _sides(left))
        elif node.kind == "unary_expression" and (operator := node.get("operator")) is not None:
            argument = node.get("argument")
            if operator.kind == "delete" and argument is not None:
                yield bare(argument), False
        elif node.kind == "call_expression":
            given, function = arguments_of(node), node.get("function")
            if (changed := _changed(node, given, by_node)) is not None:
                yield bare(changed), True
            name = function.get("property") if function is not None else None
            if name is not None and name.excerpt() in _DEFINES and function is not None:
                inner = function.get("object")
                if inner is not None:
                    yield bare(inner), True


def _changed(call: Node, given: list[Node], by_node: dict[int, Use]) -> Node | None:
    """What `Object.assign(it, …)` changes, by whatever name and in whatever way it is called."""
    use = by_node.get(id(call))
    name = use.name if use is not None and not use.own else function_of(call)
    if name == "Reflect.apply" and len(given) == 3 and given[0].excerpt() in _SETTERS:
        return given[2].children[0] if given[2].children else None
    setter, _, how = name.rpartition(".") if name.endswith((".call", ".apply")) else (name, "", "")
    if setter not in _SETTERS:
        return None
    if how == "call":
        given = given[1:]
    elif how == "apply":
        given = given[1].children if len(given) > 1 else []
    return given[0] if given else None


def _given_away(script: Script) -> Iterator[Oddity]:
    """`[Array.prototype].forEach(…)`, `(all => { … })(Array.prototype)`: changed under another name."""
    for use in script.uses:
        first, _, rest = use.name.partition(".")
        node = use.node
        if use.own or rest != "prototype" or first not in _BUILT_IN or node is None or node.parent is None:
            continue
        call = node.parent.parent if node.parent.kind == "arguments" else None
        is_handed_on = call is not None and not function_of(call).startswith(("Object.", "Reflect."))
        if node.parent.kind == "array" or (is_handed_on and not _SAFE.search(function_of(call or node))):
            yield Oddity(PATCHES, use.name, use.line, words.PATCHED_REASON, Fine.KNOWN, _AWAY)


def _sides(left: Node) -> list[Node]:
    left = bare(left)
    if left.kind not in {"array_pattern", "object_pattern"}:
        return [left]
    return [part for part in left.walk() if part.kind in MEMBERS and part.part != "object"]


def _unnamed(target: Node, is_whole: bool, script: Script) -> Iterator[Oddity]:
    """What begins with no name of its own, or with a name for whatever is given."""
    root, taken = path(target)
    inside = taken if is_whole else taken[:-1]
    if (
        root.kind == "call_expression"
        and function_of(root).endswith("getPrototypeOf")
        and (taken or is_whole)
    ):
        given = arguments_of(root)
        if given and not _is_own(bare(given[0]), script):
            fine = Fine.NOWHERE if bare(given[0]).kind in LITERALS else Fine.KNOWN
            yield Oddity(PATCHES, "getPrototypeOf", target.line, words.PATCHED_REASON, fine, _OTHERS)
        return
    others = "__proto__" in inside or any(
        one == "constructor" and other == "prototype" for one, other in pairwise(inside)
    )
    if root.kind in LITERALS and (others or "prototype" in inside):
        yield _patches("prototype", target)
    elif others and root.kind not in {"this", "super"} and not _is_own(root, script):
        yield Oddity(PATCHES, "prototype", target.line, words.PATCHED_REASON, Fine.KNOWN, _OTHERS)
    elif root.kind == "identifier" and (is_whole or len(taken) > 0):
        if inside[:1] == ["prototype"] and _is_lent(root):
            yield Oddity(PATCHES, "prototype", target.line, words.PATCHED_REASON, Fine.KNOWN, _LENT)
        elif (
            not inside
            and (value := script.known.get(root.text)) is not None
            and taken
            and value.kind in MEMBERS
        ):
            start, more = path(value)
            if more == ["prototype"] and start.kind == "identifier" and _is_lent(start):
                yield Oddity(PATCHES, "prototype", target.line, words.PATCHED_REASON, Fine.KNOWN, _LENT)


def _is_own(node: Node, script: Script) -> bool:
    if node.kind == "this" or (node.kind in MEMBERS and path(node)[0].kind == "this"):
        return True
    if node.kind != "identifier":
        return False
    return re.match(r"[A-Z]", node.excerpt()) is not None and script.known.get(node.text) is not None


def _is_lent(name: Node) -> bool:
    """A parameter, or what a loop gives: of whom it is the prototype depends on who calls."""
    for up in name.above(40):
        given = up.get("parameters") or up.get("parameter")
        if up.kind == "for_in_statement":
            given = up.get("left")
        if given is not None and any(
            part.kind == "identifier" and part.text == name.text for part in given.walk()
        ):
            return True
    return False
