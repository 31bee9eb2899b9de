"""What a function could give back instead of an answer, so that the code still compiles."""

from __future__ import annotations

import re

from workflows.code.languages import Language
from workflows.code.syntax import Node

_FUNCTIONS = frozenset(
    {
        *(
            "function_item",
            "method_declaration",
            "function_declaration",
            "closure_expression",
            "func_literal",
        ),
        *("lambda_expression", "constructor_declaration", "async_block"),
    }
)
_WHOLE = r"(?:int|uint|i|u)(?:8|16|32|64|128|size)?|usize|isize|byte|short|long|rune|uintptr"
_NOTHING = {
    Language.RUST: (
        ("bool", "false"),
        (_WHOLE, "0"),
        (r"f(?:32|64)", "0.0"),
        ("String", "String::new()"),
        (r"&(?:'static )?str", '""'),
        (r"Option<.*>", "None"),
        (r"Vec<.*>", "Vec::new()"),
    ),
    Language.JAVA: (
        ("boolean", "false"),
        (_WHOLE, "0"),
        ("float|double", "0"),
        ("void|char", None),
        (r".+", "null"),
    ),
    Language.GO: (
        ("bool", "false"),
        (_WHOLE, "0"),
        (r"float(?:32|64)", "0"),
        ("string", '""'),
        (r"error|any|interface\{\}|\*.+|\[\].+|map\[.+", "nil"),
    ),
}


def nothing(node: Node, language: Language) -> str | None:
    """None where that cannot be known: what does not compile shows nothing about the tests."""
    if language is Language.PYTHON:
        return "None"
    if language.is_script:
        return "null"
    function = next((above for above in node.above() if above.kind in _FUNCTIONS), None)
    if function is None:
        return None
    declared = {Language.RUST: "return_type", Language.JAVA: "type", Language.GO: "result"}[language]
    given = function.get(declared)
    if given is None or len(given.text) > 200:
        return None
    kinds = _NOTHING[language]
    return next((text for kind, text in kinds if re.fullmatch(kind, given.text, re.DOTALL)), None)
