"""Conditions in JavaScript that hold for one value of the test and for nothing beside it. Pure.

However it is written - by sums, by bounds, letter by letter, through a constant in some object -, what is
asked for shows when the condition is worked out with the value, and with what lies next to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows.code.literals import Literal
from workflows.code.script_folding import constants
from workflows.code.syntax import Node, Parsed
from workflows.code.texts import STRINGS, said
from workflows.proof.disguises import SHORTEST
from workflows.proof.knowing.answers import answer_for
from workflows.proof.knowing.data import is_data
from workflows.proof.knowing.known import LONG, MOST_OF, Known
from workflows.proof.scripts.script import Script, script_of
from workflows.proof.scripts.shapes import FUNCTIONS, MEMBERS, bare
from workflows.proof.scripts.supposing import comes_to

MOST = 400
"""How many conditions are looked at."""
WORKED_OUT = 40_000
"""How often one is worked out."""
LONGEST = 1_000
_PROBES = ("zz~zz~zz", 7919.5)
_BOOLEAN = frozenset({"==", "===", "!=", "!==", "<", ">", "<=", ">=", "&&", "||", "??"})
_OF_LANGUAGE = frozenset(
    {
        *(
            "Math",
            "String",
            "Number",
            "Object",
            "BigInt",
            "Array",
            "Buffer",
            "JSON",
            "Set",
            "Map",
            "parseInt",
        ),
        *(
            "atob",
            "btoa",
            "decodeURIComponent",
            "encodeURIComponent",
            "undefined",
            "NaN",
            "Boolean",
            "Symbol",
        ),
    }
)
_ASKING = frozenset({"includes", "has", "equals", "startsWith", "endsWith", "test", "match", "exec"})


@dataclass(frozen=True, slots=True)
class Asked:
    node: Node
    here: Known
    answer: Literal | None
    """What is given for it, where the test has that beside it."""
    parsed: Parsed


@dataclass(frozen=True, slots=True)
class _Question:
    """Conditions that must hold together, and what is asked about in them."""

    conditions: list[Node]
    subject: str
    names: Mapping[str, Node]
    known: Mapping[str, Node]

    def answer(self, value: str | float) -> bool | None:
        """All that can be worked out of them together; None where nothing can."""
        first = self.conditions[0]
        if _is_case(first):
            return self._of(_as_case(first), value)
        answers = [self._of(bare(one), value) for one in self.conditions]
        return None if answers[0] is None else all(answer for answer in answers if answer is not None)

    def _of(self, condition: Node | None, value: str | float) -> bool | None:
        if condition is None:
            return None
        return comes_to(condition, self.subject, value, self.names, self.known)


def asked_for(parsed: Parsed, base: str, known: Mapping[str | float, Known]) -> Iterator[Asked]:
    script = script_of(parsed, ())
    names = constants(parsed)
    values = [(value, it) for it in known.values() if (value := _value(it)) is not None]
    trials = 0
    for count, conditions in enumerate(_conditions(parsed, base)):
        if count > MOST or trials > WORKED_OUT:
            return
        for subject in _subjects(conditions, script, names):
            question = _Question(conditions, subject, names, script.known)
            if all(question.answer(probe) is None for probe in _PROBES):
                continue
            trials += len(values)
            yield from _singled_out(question, values, known, parsed)


def _singled_out(
    question: _Question,
    values: list[tuple[str | float, Known]],
    known: Mapping[str | float, Known],
    parsed: Parsed,
) -> Iterator[Asked]:
    first = question.conditions[0]
    inside = first.children[0] if first.children else first
    for value, it in values:
        if not _is_singled_out(question, value):
            continue
        answer = answer_for(Literal(it.literal.key, inside, first.line), dict(known))
        if answer is not None or is_data(it.literal.key):
            yield Asked(first, it, answer, parsed)
            return


def _value(it: Known) -> str | float | None:
    if it.shape or it.defined:
        return None
    if not isinstance(it.literal.key, str):
        return it.literal.key
    text = said(it.literal.node) if it.literal.node.kind in STRINGS else None
    return text if text is not None and SHORTEST <= len(text) <= LONGEST else None


def _conditions(parsed: Parsed, base: str) -> Iterator[list[Node]]:
    """Each that is new, with those that it stands in: `if (n > 3) { if (n < 5) …`."""
    for node in parsed.root.walk():
        if node.end - node.start > LONGEST:
            continue
        if node.kind == "switch_case":
            value = node.get("value")
            if value is not None and value.text not in base:
                yield [value]
        elif _is_boolean(node) and not _is_part(node) and node.text not in base:
            yield [node, *_above(node)]


def _is_boolean(node: Node) -> bool:
    operator = node.get("operator")
    if node.kind == "binary_expression" and operator is not None:
        return operator.kind in _BOOLEAN
    if node.kind == "unary_expression" and operator is not None:
        return operator.kind == "!"
    if node.kind == "call_expression" and (function := node.get("function")) is not None:
        name = function.get("property")
        return name is not None and name.excerpt() in _ASKING
    return node.part == "condition" and node.kind in {
        "parenthesized_expression",
        "binary_expression",
        "identifier",
    }


def _is_part(node: Node) -> bool:
    up = node.parent
    while up is not None and up.kind == "parenthesized_expression":
        up = up.parent
    return up is not None and _is_boolean(up) and up.kind != "call_expression"


def _above(node: Node) -> list[Node]:
    found: list[Node] = []
    inner = node
    for up in node.above(30):
        condition = up.get("condition") if up.kind == "if_statement" else None
        if condition is not None and inner.part == "consequence":
            found.append(condition)
        if up.kind in FUNCTIONS:
            break
        inner = up
    return found[:4]


def _subjects(conditions: list[Node], script: Script, names: Mapping[str, Node]) -> list[str]:
    """What is asked about: a name of the function's own, or a property."""
    found: dict[str, None] = {}
    switched = _switched(conditions[0]) if _is_case(conditions[0]) else None
    for name in (switched or conditions[0]).walk():
        if name.kind != "identifier" or name.text in _OF_LANGUAGE or name.text in names:
            continue
        if name.text in script.known and script.known[name.text].kind in FUNCTIONS:
            continue
        inner = name
        found.setdefault(name.text)
        for up in name.above(6):
            if up.kind not in MEMBERS or inner.part != "object":
                break
            found.setdefault(up.text)
            inner = up
    return list(found)[:6]


def _is_case(node: Node) -> bool:
    return node.parent is not None and node.parent.kind == "switch_case"


def _switched(value: Node) -> Node | None:
    statement = next((up for up in value.above(4) if up.kind == "switch_statement"), None)
    return statement.get("value") if statement is not None else None


def _as_case(case: Node) -> Node | None:
    """`switch (n - 1) { case 2:` as `n - 1 === 2`."""
    switched = _switched(case)
    if switched is None:
        return None
    pair = Node("binary_expression", "", case.start, case.end, case.line, case.source, None, [switched, case])
    equal = Node("===", "operator", case.start, case.start, case.line, case.source, pair)
    pair.parts = {"left": bare(switched), "right": case, "operator": equal}
    return pair


def _is_singled_out(question: _Question, value: str | float) -> bool:
    answer = question.answer(value)
    if answer is None:
        return False
    others = [question.answer(other) for other in _beside(value)]
    if all(other is (not answer) for other in others):
        return True
    return isinstance(value, str) and answer and _is_pieced(question.conditions[0], value, others)


def _beside(value: str | float) -> list[str | float]:
    if isinstance(value, float | int):
        return [value - 1, value + 1, value * 2 + 7, -value - 7]
    middle = len(value) // 2
    changed = chr(ord(value[middle]) ^ 1)
    return [
        value + "~",
        "~" + value,
        value[:-1],
        value[:middle] + changed + value[middle + 1 :],
        _shifted(value),
    ]


def _shifted(value: str) -> str:
    """Other letters and digits in the same places: of the same kind, and not the same."""
    return "".join(
        chr(ord(char) + 1) if char.isalnum() and char not in "zZ9" else "a" if char.isalpha() else char
        for char in value
    )


def _is_pieced(condition: Node, value: str, others: list[bool | None]) -> bool:
    """By its length and some of its letters, or by pieces that are most of it."""
    longer, before, shorter, _, shifted = others
    if shifted is not False:
        return False
    if longer is False and before is False and shorter is False and ".length" in condition.text:
        return True
    pieces = {text for part in condition.walk() if part.kind == "string" and (text := said(part))}
    return len(value) >= LONG and len(pieces) > 1 and sum(map(len, pieces)) >= MOST_OF * len(value)
