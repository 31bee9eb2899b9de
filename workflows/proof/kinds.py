"""The names by which the grammars call what a fault could be in, and what stands there instead."""

from __future__ import annotations

import re

COMPARED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "===": "!==", "!==": "==="}
COMPARED_IN_WORDS = {"is": "is not", "is not": "is", "in": "not in", "not in": "in"}
COUNTED = {"+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*", "**": "*", "<<": ">>", ">>": "<<"}
COUNTED_ON = {"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "//=": "*="}
JOINED = {"and": "or", "or": "and", "&&": "||", "||": "&&"}

PASSED_OVER = frozenset(
    {
        *("import_statement", "import_from_statement", "future_import_statement", "import_declaration"),
        *("use_declaration", "extern_crate_declaration", "package_declaration", "package_clause"),
        *("type", "type_annotation", "type_arguments", "type_parameters", "interface_declaration"),
        *("type_alias_declaration", "type_alias_statement", "type_declaration", "type_item", "generic_type"),
        *("array_type", "attribute_item", "inner_attribute_item", "annotation", "marker_annotation"),
        *(
            "literal_type",
            "ambient_declaration",
            "comment",
            "line_comment",
            "block_comment",
            "macro_invocation",
        ),
        *("assert_statement", "raise_statement", "throw_statement", "ERROR"),
    }
)
CALLS = frozenset(
    {"call", "call_expression", "method_invocation", "new_expression", "object_creation_expression"}
)
TALKS = re.compile(
    r"^(?:new\s+|self\.|this\.|await\s+)*(?:_*(?:log|LOG|[lL]ogger|LOGGER|logging|console|warnings|print|println"
    r"|slog|tracing|debug|require|import|panic|super|System\.(?:out|err))\b|[\w.]*(?:Error|Exception|Warning)$"
    r"|errors\.New$|fmt\.(?:Errorf|Print\w*)$)"
)
"""Calls whose words are for people, or that load something: no test should ask for those."""
RANGES = re.compile(r"(?:^|[.:])(?:range|slice|substring|substr|subList|subSequence|splice)$")
NUMBERS = frozenset(
    {
        *("integer", "float", "number", "int_literal", "float_literal", "integer_literal"),
        *("decimal_integer_literal", "decimal_floating_point_literal"),
    }
)
SIMPLE = frozenset(
    {
        *("identifier", "attribute", "call", "call_expression", "member_expression", "subscript"),
        *("method_invocation", "field_expression", "selector_expression", "field_access"),
    }
)
STRINGS = frozenset({"string", "string_literal", "interpreted_string_literal", "template_string"})
ASKS = frozenset(
    {
        *("if_statement", "elif_clause", "if_expression", "ternary_expression", "while_statement"),
        "conditional_expression",
    }
)
SET = frozenset(
    {
        *("augmented_assignment", "augmented_assignment_expression", "compound_assignment_expr"),
        *("assignment_expression", "update_expression", "delete_expression"),
    }
)
