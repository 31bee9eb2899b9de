"""What an expression such as `sys.modules["x"].y()` is about: where it begins, and the names from there."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.code.script_folding import script_folded
from workflows.code.syntax import Node
from workflows.code.texts import said

ROOTS = frozenset({"identifier", "type_identifier", "this", "self", "super", "metavariable", "import"})
MAX_PARTS = 16
MAX_NAME = 200

# By kind: the part that it goes on from, and the part that names what is taken from it.
_LINKS = {
    "attribute": ("object", "attribute"),
    "member_expression": ("object", "property"),
    "field_expression": ("value", "field"),
    "scoped_identifier": ("path", "name"),
    "scoped_type_identifier": ("path", "name"),
    "selector_expression": ("operand", "field"),
    "field_access": ("object", "field"),
    "method_invocation": ("object", "name"),
}
# By kind: the part that it goes on from. What is called, awaited or indexed keeps its name.
_THROUGH = {
    "call": "function",
    "call_expression": "function",
    "new_expression": "constructor",
    "object_creation_expression": "type",
    "generic_function": "function",
    "macro_invocation": "macro",
    "subscript": "value",
    "subscript_expression": "object",
    "index_expression": "operand",
    "array_access": "array",
}
_WRAPPED = frozenset(
    {
        *("parenthesized_expression", "await", "await_expression", "non_null_expression", "as_expression"),
        *("satisfies_expression", "try_expression", "reference_expression"),
    }
)
_MODULE_CALLS = frozenset({"require", "import", "__import__", "importlib.import_module", "import_module"})
_OPENED = frozenset({"__dict__", "vars", "globals", "locals", "__builtins__"})


@dataclass(frozen=True, slots=True)
class Chain:
    root: Node | None
    """Where it begins, when that is a name."""
    module: str
    """Or the module that is asked for by its name on the spot."""
    parts: tuple[str, ...]
    unknown: bool = False
    """Something is taken from it whose name is not written out."""


def chain(node: Node) -> Chain:
    parts: list[str] = []
    unknown = False
    while True:
        module = _module(node)
        if module is not None:
            return Chain(None, module, _kept(parts), unknown)
        taken, through = _taken(node)
        unknown = unknown or through == "?"
        if taken:
            parts.append(taken)
        inner = goes_on_from(node)
        if inner is None:
            break
        node = inner
    if node.kind == "method_invocation":
        name = node.get("name")
        return Chain(name, "", _kept(parts[:-1]), unknown)
    return Chain(node if node.kind in ROOTS else None, "", _kept(parts), unknown)


def _kept(parts: list[str]) -> tuple[str, ...]:
    return tuple(part for part in reversed(parts[-MAX_PARTS:]) if part not in {"__dict__"})


def goes_on_from(node: Node) -> Node | None:
    """The part of an expression that it is a longer form of."""
    if node.kind in _LINKS:
        inner = node.get(_LINKS[node.kind][0])
        if inner is None and node.kind.startswith("scoped"):
            return node.get("scope") or (node.children[0] if len(node.children) > 1 else None)
        return inner
    if node.kind in _THROUGH:
        looked = _looked_up(node)
        if looked is not None:
            return looked[0]
        if node.kind == "index_expression" and node.get("operand") is None:
            return node.children[0] if node.children else None
        return node.get(_THROUGH[node.kind])
    if node.kind in _WRAPPED:
        return next((child for child in node.children if child.part != "type"), None)
    return None


def unwrapped(node: Node) -> Node:
    """Without what is only put around it: `await`, parentheses, a type."""
    while node.kind in _WRAPPED and (inner := goes_on_from(node)) is not None:
        node = inner
    return node


def _taken(node: Node) -> tuple[str, str]:
    """The name that this link adds, and `?` where it adds one that cannot be read."""
    if node.kind in _LINKS:
        name = node.get(_LINKS[node.kind][1])
        if node.kind == "method_invocation" and node.get("object") is None:
            return (name.text if name else ""), ""
        if name is None and node.kind.startswith("scoped"):
            name = node.children[-1] if node.children else None
        return (name.text[:MAX_NAME] if name else ""), ""
    if node.kind == "macro_invocation":
        return "!", ""
    looked = _looked_up(node)
    if looked is not None:
        return looked[1], "" if looked[1] else "?"
    if node.kind == "subscript_expression":
        index = node.get("index")
        name = (said(index) or script_folded(index)) if index is not None else None
        if isinstance(name, str):
            return name[:MAX_NAME], ""
        return "", "" if index is None or index.kind == "number" else "?"
    if node.kind == "subscript" and _is_opened(node.get("value")):
        index = node.get("subscript")
        name = said(index) if index is not None else None
        return ("", "?") if name is None else (name[:MAX_NAME], "")
    return "", ""


def _is_opened(node: Node | None) -> bool:
    if node is None:
        return False
    if node.kind == "call":
        node = node.get("function")
    elif node.kind == "attribute":
        node = node.get("attribute")
    return node is not None and node.kind == "identifier" and node.text in _OPENED


def _looked_up(node: Node) -> tuple[Node, str] | None:
    """`getattr(it, "name")` and `vars(it)`: what is asked, and for what."""
    function, arguments = node.get("function"), node.get("arguments")
    if node.kind not in {"call", "call_expression"} or function is None or arguments is None:
        return None
    name = function.excerpt()
    given = arguments.children
    if name == "vars" and len(given) == 1:
        return given[0], "__dict__"
    # Asking for a property of `Reflect` is the same in JavaScript.
    if name in {"getattr", "Reflect.get", "object.__getattribute__"} and len(given) >= 2:
        return given[0], (said(given[1]) or "")[:MAX_NAME]
    return None


def _module(node: Node) -> str | None:
    function, arguments = node.get("function"), node.get("arguments")
    if node.kind not in {"call", "call_expression"} or function is None or arguments is None:
        return None
    if function.excerpt() not in _MODULE_CALLS or not arguments.children:
        return None
    name = said(arguments.children[0])
    return None if name is None else plain_module(name)


def plain_module(name: str) -> str:
    return name.removeprefix("node:")[:MAX_NAME]
