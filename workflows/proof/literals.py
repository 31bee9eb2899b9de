"""Whether a fix knows the test's own values: its input as a new condition, its answer beside it. Pure.

Honest fixes compare with constants too, and tests use them: `"HEAD"`, `"utf-8"`, 404. So a word or a round
number counts only where what the test expects is given for it; what looks like data counts by itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from policies.patch import Patch
from workflows.code.languages import Language, language_of
from workflows.code.literals import Literal, key_of, literals
from workflows.code.places import is_for_tests
from workflows.code.syntax import Node, Parsed, parse
from workflows.code.texts import STRINGS
from workflows.proof import disguises
from workflows.proof.carrying import is_asked_by_name
from workflows.proof.finding import Finding
from workflows.proof.fingerprints import fingerprints
from workflows.tree import Tree

SPECIAL = "special-cases"
MOST = 10
LONG = 8
MOST_OF = 0.6
"""From how much of a value on, and how long, a part of it stands for the whole."""
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
            "some",
            "every",
            *(
                "replace",
                "replaceAll",
                "sub",
                "removeprefix",
                "removesuffix",
                "partition",
                "rpartition",
                "split",
            ),
            *("issubset", "issuperset", "isdisjoint", "intersection", "index", "compile"),
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
_DOTTED = re.compile(r"[a-z][\w-]*(?:\.[a-z][\w-]*)+")
_WORD = re.compile(r"[\W_]{0,2}[a-z][a-z0-9]{0,15}(?:[-_/.;=:+]{0,2}[a-z0-9]{0,12})?[\W_]{0,2}")


_HELD = frozenset(
    {"parenthesized_expression", "conditional_expression", "boolean_operator", "ternary_expression"}
)


@dataclass(frozen=True, slots=True)
class _Known:
    path: str
    literal: Literal
    code: str
    shape: str = ""
    """Of a list or an object, how it is written."""


def special_cased(before: Tree, fix: Patch, test: Patch) -> tuple[Finding, ...]:
    known = _of_the_test(before, test)
    found: list[Finding] = []
    for change in fix.changes:
        language = language_of(change.path)
        if language is None or change.content is None or is_for_tests(change.path) or not known:
            continue
        base = before.text(change.path) or ""
        for literal, parsed in _new(base, change.content, language):
            here = known.get(literal.key) or _most_of(literal.key, known)
            answer = _answer(literal, known) if here is not None else None
            if here is None or not (
                _is_condition(literal.node, base)
                or (
                    _is_data(literal.key)
                    and is_asked_by_name(literal.node, parsed, partial(_is_condition, base=base))
                )
                or (_is_data(literal.key) and _is_given_as_answer(literal.node))
            ):
                continue
            if answer is None and (not _is_data(literal.key) or _is_said(before, literal, language)):
                continue
            if not _is_data(literal.key) and (
                _is_bound(literal.node) or _are_words(before, literal, answer, language)
            ):
                continue
            found.append(_finding(change.path, parsed, literal, here, answer))
        found += _disguised(change.path, base, change.content, language, known)
    return tuple(found[:MOST])


def _disguised(
    path: str, base: str, text: str, language: Language, known: Mapping[str | float, _Known]
) -> Iterable[Finding]:
    """Values of the test that are encoded, hashed or put together: nobody does that who mends something."""
    old, new = parse(base, language), parse(text, language)
    if not isinstance(new, Parsed):
        return
    had = {meant for meant, _ in disguises.hidden(old)} if isinstance(old, Parsed) else set[str]()
    of_hash = {value: known[one.key] for value, one in disguises.also(it.literal for it in known.values())}
    shapes = {shape: it for it in known.values() if (shape := it.shape)}
    for meant, node in disguises.hidden(new):
        here = known.get(meant) if len(meant) >= disguises.SHORTEST and _is_data(meant) else None
        if here is not None and meant not in had:
            yield _hiding(path, new, node, here)
    known_prints = {shown for shown, _ in fingerprints(old)} if isinstance(old, Parsed) else set[str]()
    for shown, node in fingerprints(new):
        if shown not in known_prints:
            yield _printing(path, new, node)
    for literal, parsed in _new(base, text, language):
        if not isinstance(literal.key, str) or literal.node.kind not in STRINGS:
            continue
        here = of_hash.get(literal.key) or shapes.get(disguises.bare(literal.key))
        if here is not None:
            yield _hiding(path, parsed, literal.node, here)


def _hiding(path: str, parsed: Parsed, node: Node, here: _Known) -> Finding:
    return Finding(
        path=path,
        line=node.line,
        code=parsed.shown(node.line),
        what=SPECIAL,
        reason=f"{node.excerpt(60)} stands for a value of the test ({here.path}:{here.literal.line}: "
        f"{here.code}). Fix the cause, for every value.",
    )


def _printing(path: str, parsed: Parsed, node: Node) -> Finding:
    return Finding(
        path=path,
        line=node.line,
        code=parsed.shown(node.line),
        what=SPECIAL,
        reason=f"{node.excerpt(60)} asks for one value by its digest. Fix the cause, for every value.",
    )


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
        whole = parse(change.content, language)
        if not isinstance(whole, Parsed):
            continue
        for shape, node in disguises.structures(whole):
            if len(shape) >= disguises.SHORTEST and any(char.isalnum() for char in shape):
                made = Literal(shape, node, node.line)
                known.setdefault(shape, _Known(change.path, made, whole.shown(node.line), shape))
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
        if inner.part == "condition" and up.kind in _BRANCHES:
            return True
        if up.kind not in _CONTAINERS and up.kind not in {"attribute", "member_expression"}:
            return False
        inner = up
    return False


def _is_bound(node: Node) -> bool:
    """`version < (3, 8)`: on which side of something usual it lies, and not whether it is just that."""
    for up in node.above(4):
        operator = up.get("operator") or up.get("operators")
        if operator is not None:
            return operator.kind in {"<", ">", "<=", ">="}
    return False


def _is_given_as_answer(node: Node) -> bool:
    """`if …: return "what the test expects"`, whatever is asked for."""
    returned = next((up for up in node.above(6) if up.kind not in _HELD), None)
    if returned is None or returned.kind != "return_statement":
        return False
    for up in returned.above(12):
        if up.kind in _BRANCHES or up.kind in {"except_clause", "catch_clause"}:
            return True
        if "function" in up.kind or up.kind in {"method_definition", "lambda"}:
            return False
    return False


def _most_of(key: str | float, known: Mapping[str | float, _Known]) -> _Known | None:
    """A value of the test that somebody asks for by the greater part of it."""
    if not isinstance(key, str) or len(key) < LONG or not _is_data(key):
        return None
    long = (
        it
        for of, it in known.items()
        if isinstance(of, str) and not it.shape and len(of) * MOST_OF <= len(key)
    )
    return next((it for it in long if key in str(it.literal.key)), None)


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
    if isinstance(literal.key, str) and literal.key.count(".") > 1 and _DOTTED.fullmatch(literal.key):
        # `http.response.end`, where `http.response.start` is known.
        family = re.escape(literal.key.rpartition(".")[0].encode())
        if _says(before, re.compile(rb"""["'`]""" + family + rb"\."), language):
            return True
    if isinstance(literal.key, str) and len(literal.key) >= LONG:
        plainly = literal.key.encode()
        if any(plainly in text for text in _texts(before, language)):
            return True
    said = re.compile(rb"""["'`]""" + re.escape(str(literal.key).encode()) + rb"""["'`]""", re.IGNORECASE)
    if not isinstance(literal.key, str):
        said = re.compile(rb"(?<![\w.])" + re.escape(literal.shown.encode()) + rb"(?![\w.])")
    return _says(before, said, language)


def _says(before: Tree, said: re.Pattern[bytes], language: Language) -> bool:
    return any(said.search(text) for text in _texts(before, language, as_written=True))


def _texts(before: Tree, language: Language, *, as_written: bool = False) -> Iterable[bytes]:
    """The project's own code: as written, or in small letters and without what patterns escape."""
    for path, file in before.files.items():
        if not is_for_tests(path) and _alike(language_of(path), language):
            yield file.content if as_written else file.content.replace(b"\\", b"").lower()


def _are_words(before: Tree, literal: Literal, answer: Literal | None, language: Language) -> bool:
    """`"long"` and `"short"`: the project says both already."""
    if answer is None or not isinstance(literal.key, str) or not isinstance(answer.key, str):
        return False
    return not _is_data(answer.key) and all(_is_said(before, one, language) for one in (literal, answer))


def _alike(one: Language | None, other: Language) -> bool:
    return one is other or (one is not None and one.is_script and other.is_script)
