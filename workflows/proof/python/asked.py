"""A question that code puts to its surroundings, and whether something is decided by the answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from workflows.code.syntax import Node, Parsed
from workflows.code.uses import Use
from workflows.proof.carrying import is_asked_by_name
from workflows.proof.objections.model import DETECTS, Fine

EVERYWHERE = "asks how and where it is run; a fix must behave the same everywhere"

_CONDITIONS = frozenset(
    {"if_statement", "elif_clause", "while_statement", "conditional_expression", "match_statement"}
)
_DECIDES = frozenset(
    {"comparison_operator", "boolean_operator", "not_operator", "if_clause", "assert_statement"}
)
_ENDS = frozenset({"block", "module", "lambda", "function_definition", "class_definition"})
_TAKES = frozenset({"any", "all", "bool", "filter", "match", "search", "fullmatch", "startswith", "endswith"})


@dataclass(frozen=True, slots=True)
class Asked:
    name: str
    line: int
    reason: str = EVERYWHERE
    what: str = DETECTS
    fine: Fine = Fine.KNOWN
    word: str = ""
    """What a file of the project says that asks this, too: one of these, with `|` between them."""

    @property
    def said(self) -> str:
        return self.word or self.name.rpartition(".")[2]


def decides(node: Node) -> bool:
    """Whether what is written here makes a difference to what is done next."""
    inner = node
    for up in node.above():
        if up.kind in _DECIDES or (up.kind in _CONDITIONS and inner.part in {"condition", "subject"}):
            return True
        if up.kind == "conditional_expression":
            # This grammar gives its parts no names: the question is in the middle.
            return len(up.children) == 3 and up.children[1] is inner
        if up.kind == "call" and (function := up.get("function")) is not None:
            name = function.get("attribute") or function
            if name.excerpt() in _TAKES:
                return True
        if up.kind == "subscript" and inner.part == "subscript":
            return True
        if up.kind in _ENDS:
            return False
        inner = up
    return False


def is_decided_by(use: Use, parsed: Parsed) -> bool:
    """The same, where the answer is given a name first."""
    node = use.node
    return node is not None and (decides(node) or is_asked_by_name(node, parsed, decides))


def first_call(node: Node | None) -> Node | None:
    """`Path("tests")` of `Path("tests").exists()`"""
    found: Node | None = None
    while node is not None and node.kind in {"call", "attribute", "subscript"}:
        found = node if node.kind == "call" else found
        node = node.get("function") or node.get("object") or node.get("value")
    return found


def called_with(node: Node | None) -> list[Node]:
    """What is given to a call, without the names that it is given under."""
    arguments = node.get("arguments") if node is not None and node.kind == "call" else None
    given = arguments.children if arguments is not None else []
    return [one.get("value") or one if one.kind == "keyword_argument" else one for one in given]


def is_constant(node: Node | None) -> bool:
    """`"tests"`, `"te" + "sts"`, `datetime(2027, 1, 1)`: nothing in it depends on anything."""
    if node is None:
        return False
    return not any(
        part.kind in {"identifier", "lambda"}
        and not (part.parent is not None and part.parent.kind in {"call", "attribute"} and _is_maker(part))
        for part in node.walk()
    )


def is_constant_by_name(node: Node | None, parsed: Parsed) -> bool:
    """The same, or a name that is given one somewhere in the file."""
    if node is None or node.kind != "identifier":
        return is_constant(node)
    given = (part for part in parsed.root.walk() if part.kind == "assignment")
    return any(
        (left := one.get("left")) is not None
        and left.excerpt() == node.excerpt()
        and is_constant(one.get("right"))
        for one in given
    )


def _is_maker(name: Node) -> bool:
    up = name.parent
    while up is not None and up.kind == "attribute":
        up = up.parent
    is_made = up is not None and up.kind == "call" and up.children[0].start <= name.start < up.children[0].end
    return is_made and any(word in up.children[0].excerpt() for word in _MAKERS) if up is not None else False


_MAKERS = ("date", "time", "float", "int", "Decimal", "str", "Path", "timezone", "join")
