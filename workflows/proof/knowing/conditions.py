"""Where a constant is asked for: compared, matched, looked up in a table that is new. Pure."""

from __future__ import annotations

from workflows.code.syntax import Node
from workflows.proof.scripts.looking_up import is_looked_up

_COMPARED = frozenset({"==", "===", "!=", "!==", "in", "is", "not in", "is not", "<", ">", "<=", ">=", "<>"})
_CASES = frozenset({"case_pattern", "switch_case", "match_pattern", "expression_case", "switch_label"})
_MEMBERS = frozenset({"method_definition", "field_definition", "public_field_definition"})
_CONTAINERS = frozenset(
    {
        *("tuple", "list", "set", "array"),
        *("expression_list", "parenthesized_expression", "union_pattern", "arguments"),
        *("argument_list", "new_expression", "call", "call_expression"),
        *("unary_operator", "unary_expression", "binary_operator", "binary_expression"),
        *("concatenated_string", "array_expression", "tuple_expression", "reference_expression"),
        "computed_property_name",
    }
)
_ASKING = frozenset(
    {
        *("startswith", "endswith", "startsWith", "endsWith", "equals", "equalsIgnoreCase", "includes"),
        *("has", "indexOf", "contains", "match", "fullmatch", "search", "test"),
        *("HasPrefix", "HasSuffix", "EqualFold", "isEqual", "is", "eq", "__eq__"),
        *("localeCompare", "compare", "some", "every", "replace", "replaceAll", "sub"),
        *("removeprefix", "removesuffix", "partition", "rpartition", "split", "issubset", "issuperset"),
        *("isdisjoint", "intersection", "index", "compile", "starts_with", "ends_with", "count"),
        *("find",),
    }
)
BRANCHES = frozenset(
    {
        *("if_statement", "elif_clause", "conditional_expression", "ternary_expression", "if_expression"),
        *("case_clause", "switch_case", "match_arm", "expression_case", "switch_block_statement_group"),
        *("while_statement", "switch_rule", "boolean_operator"),
    }
)


def is_condition(node: Node, base: str) -> bool:
    inner = node
    for up in node.above():
        operator = up.get("operator") or up.get("operators")
        if operator is not None and operator.kind in _COMPARED:
            return True
        if up.kind in _CASES and inner.part != "body":
            return up.kind not in {"switch_case", "expression_case"} or inner.part == "value"
        if (up.kind in {"pair", "keyed_element"} and inner.part == "key") or (
            up.kind in _MEMBERS and inner.part in {"name", "property"}
        ):
            return _is_new_table(up, base)
        if _asks(up, inner):
            return True
        if up.kind == "array" and inner.kind == "array" and up.parent is not None and up.children:
            return inner.children[0] is node
        if inner.part == "condition" and up.kind in BRANCHES:
            return True
        if up.kind not in _CONTAINERS and up.kind not in {"attribute", "member_expression"}:
            return False
        inner = up
    return False


def is_bound(node: Node) -> bool:
    """`version < (3, 8)`: on which side of something usual it lies, and not whether it is just that."""
    for up in node.above(4):
        operator = up.get("operator") or up.get("operators")
        if operator is not None and operator.kind not in {"+", "-", "*", "/"}:
            return operator.kind in {"<", ">", "<=", ">="}
    return False


def _asks(up: Node, inner: Node) -> bool:
    """`title.startswith("…")`, `["…"].includes(title)`."""
    function = up.get("function")
    if up.kind == "method_invocation":
        name = up.get("name")
    elif function is not None:
        name = function.get("attribute") or function.get("property") or function.get("field")
    else:
        return False
    return name is not None and name.excerpt() in _ASKING and inner.part != "name"


def _is_new_table(pair: Node, base: str) -> bool:
    """One more entry in a table that is there is how tables are mended."""
    table = pair.parent
    if table is not None and table.kind == "object" and not is_looked_up(table):
        return False
    others = [one.get("key") for one in table.children[:50] if one is not pair] if table is not None else []
    return not any(other is not None and other.excerpt(200) in base for other in others)
