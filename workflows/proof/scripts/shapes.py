"""How things are written in JavaScript: what is taken from what, what is given away, whose a name is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows.code.script_folding import script_folded
from workflows.code.syntax import Node
from workflows.code.texts import STRINGS, is_sum, said

FUNCTIONS = frozenset(
    {
        *("function_declaration", "function_expression", "arrow_function", "method_definition", "function"),
        *("generator_function_declaration", "generator_function"),
    }
)
MEMBERS = frozenset({"member_expression", "subscript_expression"})
WRAPS = frozenset(
    {
        *("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"),
        "await_expression",
    }
)
LITERALS = frozenset(
    {
        *("array", "string", "template_string", "number", "regex", "true", "false", "object"),
        *("arrow_function", "function_expression", "generator_function", "class"),
    }
)
IDLE = frozenset({"undefined", "null"})


def bare(node: Node) -> Node:
    """Without what is only put around it."""
    while node.kind in WRAPS and node.children:
        node = node.children[0]
    return node


def around(node: Node) -> Node:
    """The outermost of what is only put around it."""
    while node.parent is not None and node.parent.kind in WRAPS and node.parent.children[0] is node:
        node = node.parent
    return node


def property_of(node: Node) -> str | None:
    """The name of what is taken, however it is written; None where it cannot be read."""
    if node.kind == "member_expression":
        name = node.get("property")
        return name.text[:200] if name is not None else None
    index = node.get("index") if node.kind == "subscript_expression" else None
    return text_of(index) if index is not None else None


def key_of_pair(node: Node) -> str:
    """Of a method, a pair or a field: what it is called, in brackets where the program makes the name."""
    key = node.get("key") or node.get("name") or node.get("property")
    if key is None:
        return ""
    if key.kind == "computed_property_name" and key.children:
        text = text_of(key.children[0])
        return text if text is not None else f"[{key.children[0].excerpt()}]"
    text = said(key)
    return text if text is not None else key.excerpt()


def text_of(node: Node) -> str | None:
    text = said(node) if node.kind in STRINGS or is_sum(node) else None
    folded = script_folded(node) if text is None else text
    return folded if isinstance(folded, str) else None


def path(node: Node) -> tuple[Node, list[str]]:
    """`a.b["c"]().d`: where it begins, and what is taken from there; `?` for what cannot be read."""
    taken: list[str] = []
    while True:
        node = bare(node)
        if node.kind in MEMBERS:
            taken.append(property_of(node) or "?")
            inner = node.get("object")
        elif node.kind == "call_expression":
            function = node.get("function")
            inner = function if function is not None and bare(function).kind in MEMBERS else None
        else:
            inner = None
        if inner is None or len(taken) > 30:
            return node, taken[::-1]
        node = inner


def arguments_of(call: Node) -> list[Node]:
    arguments = call.get("arguments")
    return arguments.children if arguments is not None and arguments.kind == "arguments" else []


def function_of(call: Node) -> str:
    """`Object.keys`, as it is written."""
    function = call.get("function") or call.get("constructor")
    return function.excerpt(60) if function is not None else ""


def is_idle(function: Node, known: Mapping[str, Node]) -> bool:
    """A function that does nothing and gives nothing."""
    function = bare(function)
    if function.excerpt(40) in {"Function.prototype", "Boolean", "Object", "Symbol"}:
        return True
    if function.kind == "identifier":
        function = known.get(function.text, function)
    body = function.get("body") if function.kind in FUNCTIONS else None
    if body is None:
        return False
    if body.kind != "statement_block":
        return body.kind in IDLE or body.excerpt(7) == "void 0"
    return all(
        part.kind == "empty_statement"
        or part.excerpt(20).rstrip(";") in {"return", "return undefined", "return null"}
        or part.excerpt(5) == "void "
        for part in body.children
    )


def function_around(node: Node) -> Node | None:
    return next((up for up in node.above(200) if up.kind in FUNCTIONS), None)


def is_at_top(node: Node) -> bool:
    return function_around(node) is None


def own_parts(function: Node) -> Iterator[Node]:
    """What is in it, and not in a function within."""
    todo = [function.get("body") or function]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(part for part in reversed(node.children) if part.kind not in FUNCTIONS)
