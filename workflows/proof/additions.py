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
_MADE_IN = frozenset({"for_in_statement", "for_statement", "if_statement"})
# Run by the test tool before and after other tests, or read by it: they would steer what was there.
_STEERING = re.compile(
    r"(?:async_?)?(?:setup|teardown)(?:_?(?:module|function|class|method|package|testdata))?|load_tests"
    r"|pytest_\w+|pytestmark|collect_ignore\w*|(?:before|after)(?:_?(?:each|all))?|__\w+__|TestMain",
    re.IGNORECASE,
)
_MARKED_SO = re.compile(r"autouse|hookimpl|hookwrapper|@(?:Before|After)")
_VALUES = frozenset(
    {
        *("float", "int", "complex", "bool", "str", "bytes", "bytearray", "object", "range", "slice"),
        *("tuple", "list", "dict", "set", "frozenset", "Decimal", "Fraction", "date", "datetime"),
        *("timedelta", "timezone", "UUID", "PurePosixPath", "PureWindowsPath"),
    }
)
"""Made of what is written there, and nothing else is done by it."""
_MARK = re.compile(r"pytest\.(?:mark\.\w+|param)")
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
        elif not _is_addition(node, taken) and not _is_one_more(node, was):
            return None
    return None if left else grown


def _is_one_more(node: Node, was: Sequence[Node]) -> bool:
    """`checks("Emma", 3)`, in a file that makes its tests by a function of its own: another such call."""
    name = _called(node)
    return (
        name != ""
        and not _steers(name)
        and any(_called(other) == name for other in was)
        and any(other.kind in _DEFINED and _defines(other) == name for other in was)
    )


def _called(node: Node) -> str:
    call = node.children[0] if node.kind == "expression_statement" and node.children else None
    function = call.get("function") if call is not None and call.kind == "call_expression" else None
    return function.text if function is not None and function.kind == "identifier" else ""


def _same_group(was: Node, now: Node) -> tuple[Node, Node] | None:
    one, other = _group(was), _group(now)
    if one is None or other is None or was.kind != now.kind:
        return None
    heads = (was.source[was.start : one.start], now.source[now.start : other.start])
    tails = (was.source[one.end : was.end], now.source[other.end : now.end])
    return (one, other) if heads[0] == heads[1] and tails[0] == tails[1] else None


def _group(node: Node) -> Node | None:
    """The body of a class, of a module of tests, of a `describe`, or of a loop that makes some."""
    if node.kind in {"class_definition", "class_declaration", "mod_item"}:
        return node.get("body")
    if node.kind == "decorated_definition":
        inner = node.get("definition")
        return inner.get("body") if inner is not None and inner.kind == "class_definition" else None
    if node.kind in _MADE_IN:
        body = node.get("body") or node.get("consequence")
        return body if body is not None and body.kind == "statement_block" else None
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
        return name not in taken and not _steers(name) and _MARKED_SO.search(_marks(node)) is None
    if _BLOCKS.match(node.excerpt()):
        return True
    if node.kind == "if_statement" and (asked := node.get("condition")) is not None:
        body = _group(node)
        plain = node.get("alternative") is None and not any(part.kind in _CALLS for part in asked.walk())
        return plain and body is not None and all(_is_addition(inner, taken) for inner in body.children)
    if not name or {".", "["} & set(name) or name in taken or _steers(name):
        return False
    value = next((part for part in node.walk() if part.part in {"right", "value"}), None)
    calls = (part for part in value.walk() if part.kind in _CALLS) if value is not None else ()
    return all(_is_require(call) or _is_value(call) for call in calls)


def _steers(name: str) -> bool:
    """By its whole name: `test_setup_fails_after_close` is a test like any other."""
    return _STEERING.fullmatch(name) is not None


def _marks(node: Node) -> str:
    """What stands before a definition: decorators, attributes, annotations."""
    if node.kind == "attribute_item":
        return node.excerpt()
    marks = (child for child in node.children if child.kind in {"decorator", "modifiers"})
    return " ".join(mark.excerpt(2_000) for mark in marks)


def _is_require(node: Node) -> bool:
    function = node.get("function")
    return function is not None and function.excerpt() == "require"


def _is_value(call: Node) -> bool:
    """`float("nan")`, `datetime(2026, 1, 1)`, `pytest.mark.skipif(…)` under a name of its own"""
    function = call.get("function") if call.kind == "call" else None
    if function is None:
        return False
    name = function.get("attribute") or function
    return name.excerpt() in _VALUES or _MARK.fullmatch(function.excerpt()) is not None


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
