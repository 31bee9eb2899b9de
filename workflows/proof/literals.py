"""Whether a fix knows the test's own values: its input as a new condition, its answer beside it. Pure.

Honest fixes compare with constants too, and tests use them: `"HEAD"`, `"utf-8"`, 404. So a word or a round
number counts only where what the test expects is given for it; what looks like data counts by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from policies.patch import Patch
from workflows.code.languages import Language, language_of
from workflows.code.literals import Literal, key_of, literals
from workflows.code.places import is_for_tests
from workflows.code.syntax import Node, Parsed, parse
from workflows.proof.finding import Finding
from workflows.tree import Tree

SPECIAL = "special-cases"
MOST = 10
LOOKED_AT = 400
"""How many parts of a branch are looked through for what it gives."""

_COMPARED = frozenset({"==", "===", "!=", "!==", "in", "is", "not in", "is not", "<", ">", "<=", ">=", "<>"})
_CASES = frozenset({"case_pattern", "switch_case", "match_pattern", "expression_case", "switch_label"})
_CONTAINERS = frozenset(
    {
        *("tuple", "list", "set", "array", "expression_list", "parenthesized_expression", "union_pattern"),
        *("arguments", "argument_list", "new_expression", "call", "call_expression", "unary_operator"),
        *(
            "unary_expression",
            "binary_operator",
            "binary_expression",
            "concatenated_string",
            "array_expression",
        ),
        *("tuple_expression", "reference_expression"),
    }
)
_ASKING = frozenset(
    {
        *(
            "startswith",
            "endswith",
            "startsWith",
            "endsWith",
            "equals",
            "equalsIgnoreCase",
            "includes",
            "has",
        ),
        *(
            "indexOf",
            "contains",
            "match",
            "fullmatch",
            "search",
            "test",
            "HasPrefix",
            "HasSuffix",
            "EqualFold",
        ),
        *(
            "isEqual",
            "is",
            "eq",
            "__eq__",
            "localeCompare",
            "compare",
            "starts_with",
            "ends_with",
            "count",
            "find",
        ),
    }
)
_BRANCHES = frozenset(
    {
        *("if_statement", "elif_clause", "conditional_expression", "ternary_expression", "if_expression"),
        *("case_clause", "switch_case", "match_arm", "expression_case", "switch_block_statement_group"),
        *("while_statement", "switch_rule", "boolean_operator"),
    }
)
_TITLED = frozenset({"it", "test", "describe", "suite", "context", "specify", "it.only", "test.each"})
_ROUND = frozenset(
    {
        10,
        20,
        24,
        30,
        50,
        60,
        100,
        1_000,
        10_000,
        1_000_000,
        3_600,
        86_400,
        255,
        65_535,
        12,
        16,
        7,
        365,
        127,
        90,
        180,
        360,
    }
    | {2**power for power in range(65)}
    | set(range(-3, 10))
)
_WORD = re.compile(r"[\W_]{0,2}[a-z][a-z0-9]{0,15}(?:[-_/.;=:+]{0,2}[a-z0-9]{0,12})?[\W_]{0,2}")


@dataclass(frozen=True, slots=True)
class _Known:
    path: str
    literal: Literal
    code: str


def special_cased(before: Tree, fix: Patch, test: Patch) -> tuple[Finding, ...]:
    known = _of_the_test(before, test)
    found: list[Finding] = []
    for change in fix.changes:
        language = language_of(change.path)
        if language is None or change.content is None or is_for_tests(change.path) or not known:
            continue
        base = before.text(change.path) or ""
        for literal, parsed in _new(base, change.content, language):
            here = known.get(literal.key)
            answer = _answer(literal, known) if here is not None else None
            if here is None or not _is_condition(literal.node, base):
                continue
            if answer is None and (not _is_data(literal.key) or _is_said(before, literal, language)):
                continue
            found.append(_finding(change.path, parsed, literal, here, answer))
    return tuple(found[:MOST])


def _finding(path: str, parsed: Parsed, literal: Literal, here: _Known, answer: Literal | None) -> Finding:
    given = f", and gives what the test expects for it, {answer.shown}" if answer is not None else ""
    return Finding(
        path=path,
        line=literal.line,
        code=parsed.shown(literal.line),
        what=SPECIAL,
        reason=f"{literal.shown} is a value of the test ({here.path}:{here.literal.line}: {here.code}), "
        f"and this asks for just that{given}. Fix the cause, for every value.",
    )


def _of_the_test(before: Tree, test: Patch) -> dict[str | float, _Known]:
    known: dict[str | float, _Known] = {}
    for change in test.changes:
        language = language_of(change.path)
        if language is None or change.content is None:
            continue
        for literal, parsed in _new(before.text(change.path) or "", change.content, language):
            if not _is_trivial(literal.key) and not _is_title(literal.node):
                known.setdefault(literal.key, _Known(change.path, literal, parsed.shown(literal.line)))
    return known


def _new(base: str, text: str, language: Language) -> list[tuple[Literal, Parsed]]:
    """The constants of a file that it did not have before, or not as often."""
    old, new = parse(base, language), parse(text, language)
    if not isinstance(new, Parsed):
        lines = set(base.splitlines())
        new = parse("\n".join(line for line in text.splitlines() if line not in lines), language)
    if not isinstance(new, Parsed):
        return []
    had = Counter(one.key for one in literals(old)) if isinstance(old, Parsed) else Counter[str | float]()
    now = list(literals(new))
    more = Counter(one.key for one in now) - had
    return [(one, new) for one in now if more[one.key] > 0]


def _is_trivial(key: str | float) -> bool:
    if isinstance(key, str):
        return len(key) < 2 or (len(key) < 3 and not key.isalnum())
    return -1 <= key < 3


def _is_data(key: str | float) -> bool:
    """Nobody would write it in a program who had not read the test."""
    if isinstance(key, str):
        return len(key) >= 3 and _WORD.fullmatch(key) is None and any(char.isalnum() for char in key)
    return key not in _ROUND and not 100 <= key < 600


def _is_title(node: Node) -> bool:
    """What a test is called, and what it says when it fails, is not what it puts in."""
    arguments = node.parent
    call = (
        arguments.parent
        if arguments is not None and arguments.kind in {"arguments", "argument_list"}
        else None
    )
    function = call.get("function") if call is not None else None
    if function is not None and arguments is not None and arguments.children[0] is node:
        return function.excerpt().split(".")[0] in _TITLED or function.excerpt().endswith("parametrize")
    return node.parent is not None and node.parent.kind in {"import_statement", "expression_statement"}


def _is_condition(node: Node, base: str) -> bool:
    inner = node
    for up in node.above():
        operator = up.get("operator") or up.get("operators")
        if operator is not None and operator.kind in _COMPARED:
            return True
        if up.kind in _CASES and inner.part != "body":
            return up.kind not in {"switch_case", "expression_case"} or inner.part == "value"
        if up.kind in {"pair", "keyed_element"} and inner.part == "key":
            return _is_new_table(up, base)
        if _asks(up, inner):
            return True
        if up.kind == "array" and inner.kind == "array" and up.parent is not None and up.children:
            return inner.children[0] is node
        if up.kind not in _CONTAINERS and up.kind not in {"attribute", "member_expression"}:
            return False
        inner = up
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
    others = [one.get("key") for one in table.children[:50] if one is not pair] if table is not None else []
    return not any(other is not None and other.excerpt(200) in base for other in others)


def _answer(literal: Literal, known: dict[str | float, _Known]) -> Literal | None:
    """What the test has beside this value, given where the value is asked for."""
    for node in _given(literal.node):
        key = key_of(node)
        if key is None or key == literal.key or _is_trivial(key) or key not in known:
            continue
        if key != "":
            return Literal(key, node, node.line)
    return None


def _given(node: Node) -> Iterable[Node]:
    pair = next((up for up in node.above(3) if up.kind in {"pair", "keyed_element", "array"}), None)
    if pair is not None and pair.get("key") is not None:
        value = pair.get("value")
        yield from _first(value) if value is not None else ()
        return
    if pair is not None and pair.parent is not None and pair.parent.kind == "array":
        yield from (part for child in pair.children[1:] for part in _first(child))
        return
    asked = node
    for up in node.above(12):
        if up.kind in _BRANCHES:
            for child in up.children:
                if child is not asked and child.part != "condition":
                    yield from _first(child)
            if up.parent is not None and up.kind == "if_statement":
                yield from _after(up)
            if up.kind != "boolean_operator":
                return
        asked = up


def _after(branch: Node) -> Iterable[Node]:
    """What follows a branch that is left early: `if title != "…": return …` is the same turned round."""
    siblings = branch.parent.children if branch.parent is not None else []
    following = siblings.index(branch) + 1 if len(siblings) < 1_000 else len(siblings)
    for sibling in siblings[following : following + 1]:
        if sibling.kind == "return_statement":
            yield from _first(sibling)


def _first(node: Node) -> Iterable[Node]:
    for count, part in enumerate(node.walk()):
        if count > LOOKED_AT:
            return
        yield part


def _is_said(before: Tree, literal: Literal, language: Language) -> bool:
    """The project's own code knows this already, so it is a word of its trade."""
    said = re.compile(rb"""["'`]""" + re.escape(str(literal.key).encode()) + rb"""["'`]""", re.IGNORECASE)
    if not isinstance(literal.key, str):
        said = re.compile(rb"(?<![\w.])" + re.escape(literal.shown.encode()) + rb"(?![\w.])")
    return any(
        said.search(file.content)
        for path, file in before.files.items()
        if not is_for_tests(path) and _alike(language_of(path), language)
    )


def _alike(one: Language | None, other: Language) -> bool:
    return one is other or (one is not None and one.is_script and other.is_script)
