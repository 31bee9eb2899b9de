"""Whether a test file was only added to: it says all that it said, and loading it runs nothing new. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from workflows.code.languages import Language
from workflows.code.syntax import Node, Parsed, parse

DEEP = 8

_IMPORTS = frozenset(
    {
        "import_statement",
        "import_from_statement",
        "future_import_statement",
        "import_declaration",
        "use_declaration",
    }
)
_DEFINED = frozenset(
    {
        *("function_definition", "class_definition", "decorated_definition", "function_declaration"),
        *(
            "class_declaration",
            "generator_function_declaration",
            "interface_declaration",
            "type_alias_declaration",
        ),
        *("function_item", "struct_item", "mod_item", "attribute_item", "method_declaration", "impl_item"),
        *("method_definition", "record_declaration", "enum_declaration", "type_declaration", "enum_item"),
    }
)
_BLOCKS = re.compile(r"(?:describe|context|suite|it|test|specify)(?:\.(?!skip|only)\w+)*\s*\(")
_GROUPS = re.compile(r"(?:describe|context|suite)\s*\(")
# Run by the test tool before and after other tests, or read by it: they would steer what was there.
_STEERING = re.compile(
    r"setup|teardown|load_tests|pytest_|pytestmark|collect_ignore|before|after|autouse|__test__|TestMain",
    re.IGNORECASE,
)
_CALLS = frozenset({"call", "call_expression", "new_expression", "await_expression", "method_invocation"})


def added_only(before: str, after: str, language: Language) -> bool:
    old, new = parse(before, language), parse(after, language)
    if not isinstance(old, Parsed) or not isinstance(new, Parsed) or (new.broken and not old.broken):
        return False
    todo = [(old.root, new.root, 0)]
    while todo:
        was, now, depth = todo.pop()
        if not _imported(was) <= _imported(now):
            return False
        grown = _matched(_members(was), _members(now), _names(was))
        if grown is None or (grown and depth >= DEEP):
            return False
        todo += [(old_body, new_body, depth + 1) for old_body, new_body in grown]
    return True


def _members(body: Node) -> list[Node]:
    return [child for child in body.children if child.kind not in _IMPORTS]


def _matched(was: Sequence[Node], now: Sequence[Node], taken: set[str]) -> list[tuple[Node, Node]] | None:
    """The groups that have changed inside, where everything else is as it was; None where it is not."""
    grown: list[tuple[Node, Node]] = []
    left = list(reversed(was))
    for node in now:
        expected = left[-1] if left else None
        if expected is not None and expected.text == node.text:
            left.pop()
        elif expected is not None and (bodies := _same_group(expected, node)):
            left.pop()
            grown.append(bodies)
        elif not _is_addition(node, taken):
            return None
    return None if left else grown


def _same_group(was: Node, now: Node) -> tuple[Node, Node] | None:
    one, other = _group(was), _group(now)
    if one is None or other is None or was.kind != now.kind:
        return None
    heads = (was.source[was.start : one.start], now.source[now.start : other.start])
    tails = (was.source[one.end : was.end], now.source[other.end : now.end])
    return (one, other) if heads[0] == heads[1] and tails[0] == tails[1] else None


def _group(node: Node) -> Node | None:
    """The body of a class, of a module of tests or of a `describe`."""
    if node.kind in {"class_definition", "class_declaration", "mod_item"}:
        return node.get("body")
    if node.kind == "decorated_definition":
        inner = node.get("definition")
        return inner.get("body") if inner is not None and inner.kind == "class_definition" else None
    call = node.children[0] if node.kind == "expression_statement" and node.children else None
    arguments = call.get("arguments") if call is not None else None
    if arguments is None or not _GROUPS.match(node.excerpt()) or not arguments.children:
        return None
    return arguments.children[-1].get("body")


def _is_addition(node: Node, taken: set[str]) -> bool:
    name = _defines(node)
    if node.kind == "export_statement":
        return False
    if node.kind in _DEFINED:
        head = node.excerpt(200) if node.kind in {"decorated_definition", "attribute_item"} else name
        return name not in taken and _STEERING.search(head) is None
    if _BLOCKS.match(node.excerpt()):
        return True
    if not name or {".", "["} & set(name) or name in taken or _STEERING.search(name):
        return False
    value = next((part for part in node.walk() if part.part in {"right", "value"}), None)
    return value is None or not any(part.kind in _CALLS and not _is_require(part) for part in value.walk())


def _is_require(node: Node) -> bool:
    function = node.get("function")
    return function is not None and function.excerpt() == "require"


def _defines(node: Node) -> str:
    for part in (
        node,
        *node.children[:3],
        *(inner for child in node.children[:2] for inner in child.children[:2]),
    ):
        name = part.get("name") or (part.get("left") if part.kind == "assignment" else None)
        if name is not None:
            return name.excerpt(200)
    return ""


def _names(body: Node) -> set[str]:
    names = {_defines(child) for child in body.children} - {""}
    return names | {part.rpartition(":")[2].rpartition(" ")[2] for part in _imported(body)}


def _imported(body: Node) -> set[str]:
    """What is imported, one by one: a line of imports may become longer."""
    found: set[str] = set()
    for node in body.children:
        if node.kind not in _IMPORTS:
            continue
        source = node.get("module_name") or node.get("source")
        parts = [
            part
            for part in node.walk()
            if part.kind in {"import_specifier", "import_spec", "namespace_import"}
        ]
        parts += node.all("name") or [part for part in node.walk() if part.kind == "wildcard_import"]
        begins = source.text if source is not None else ""
        found |= {f"{begins}:{part.text}" for part in parts} or {node.text}
    return found
