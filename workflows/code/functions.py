"""The tests in a file: what each is called, and what it does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workflows.code.languages import Language
from workflows.code.syntax import Node, Parsed

_CALLED = re.compile(r"(?:it|test|specify|Deno\.test)(?:\.\w+)*")
_JAVA_MARKS = re.compile(r"@(?:Test|ParameterizedTest|RepeatedTest)\b")


@dataclass(frozen=True, slots=True)
class TestFunction:
    __test__ = False  # pytest would take it for a class of tests

    name: str
    node: Node
    """All of it."""
    body: Node


def test_functions(parsed: Parsed) -> Iterable[TestFunction]:
    for node in parsed.root.walk():
        found = _test(node, parsed.language)
        if found is not None and found.body is not None:
            yield TestFunction(found.name, node, found.body)


test_functions.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    body: Node | None


def _test(node: Node, language: Language) -> _Found | None:
    name = node.get("name")
    called = name.excerpt(200) if name is not None else ""
    match node.kind:
        case "function_definition" if called.startswith("test"):
            return _Found(called, node.get("body"))
        case "call_expression" if language.is_script:
            return _script_test(node)
        case "function_item" if _is_marked(node):
            return _Found(called, node.get("body"))
        case "function_declaration" if language is Language.GO and called.startswith("Test"):
            return _Found(called, node.get("body"))
        case "method_declaration" if language is Language.JAVA:
            marks = node.children[0] if node.children and node.children[0].kind == "modifiers" else None
            if called.startswith("test") or (marks is not None and _JAVA_MARKS.search(marks.excerpt(500))):
                return _Found(called, node.get("body"))
        case _:
            pass
    return None


def _script_test(call: Node) -> _Found | None:
    function, arguments = call.get("function"), call.get("arguments")
    if function is None or arguments is None or len(arguments.children) < 2:
        return None
    # `test.each(table)(name, run)`: what is called is a call.
    inner = function.get("function") if function.kind == "call_expression" else function
    if inner is None or _CALLED.fullmatch(inner.excerpt()) is None:
        return None
    run = next((part for part in arguments.children[1:4] if "function" in part.kind), None)
    return (
        _Found(arguments.children[0].excerpt(200).strip("'\"`"), run.get("body")) if run is not None else None
    )


def _is_marked(item: Node) -> bool:
    siblings = item.parent.children if item.parent is not None else []
    at = next((number for number, one in enumerate(siblings[:5_000]) if one is item), 0)
    marks: list[str] = []
    for one in reversed(siblings[max(0, at - 5) : at]):
        if one.kind != "attribute_item":
            break
        marks.append(one.excerpt(200))
    return any(re.search(r"\btest\b|rstest|test_case", mark) and "cfg" not in mark for mark in marks)
