"""Tests that fail, or pass, whatever the code does. Pure: only how they are written is looked at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from workflows.code.functions import TestFunction, test_functions
from workflows.code.languages import Language
from workflows.code.literals import key_of
from workflows.code.syntax import Node, Parsed, Unread, parse
from workflows.proof.broad import REASON, TOO_BROAD, broad
from workflows.proof.finding import Finding

ALWAYS_FAILS = "always-fails"
ASSERTS_NOTHING = "asserts-nothing"
WITH_ITSELF = "compares-with-itself"
UNREAD = "unreadable"
MOST = 10
DEEP = 6

_FAILS = "fails whatever the code does; assert what the issue says that the code should do"
_NOTHING = "asserts nothing that depends on the code; say what should come out of it"
_ITSELF = "compares a thing with itself; compare it with what is right"

_FAILING_CALLS = frozenset(
    {
        *("pytest.fail", "self.fail", "fail", "assert.fail", "expect.fail", "Assertions.fail", "Assert.fail"),
        *("chai.assert.fail", "t.Fatal", "t.Fatalf", "t.Error", "t.Errorf", "t.Fail", "t.FailNow", "panic"),
        *("expect.unreachable", "t.fail", "assert.unreachable"),
    }
)
_FAILING_MACROS = frozenset({"panic", "unreachable", "todo", "unimplemented"})
_RAISES = frozenset({"raise_statement", "throw_statement"})
_ASSERTED = re.compile(
    r"assert|expect|should|\bfail|raises|warns|throws|reject|check|verify|ensure|match|\bt\.\w+|must|panic|\bdone\b"
    r"|\.(?:ok|is|equal|deepEqual|strictEqual|same)\(|done\(|compare|snapshot",
    re.IGNORECASE,
)
_OF_TOOLS = re.compile(
    r"assert|chai|expect|should|uvu|\bt(?:ap|ape|est)?\b|node:test|jest|vitest", re.IGNORECASE
)
_FALSY = frozenset({"false", "none", "null", "undefined", "nil"})
_TRUTHY = frozenset({"true"})
_EQUAL = frozenset(
    {
        *(
            "toBe",
            "toEqual",
            "toStrictEqual",
            "equal",
            "equals",
            "strictEqual",
            "deepEqual",
            "deepStrictEqual",
        ),
        *("eq", "eql", "assertEqual", "assertEquals", "assertIs", "assertSame", "is", "same", "assert_eq"),
    }
)
_IS_TRUE = frozenset(
    {"assertTrue", "assert", "assert.ok", "assertThat", "assert.isTrue", "assert.isOk", "isTrue"}
)
_WRITES = frozenset(
    {
        *(
            "assignment",
            "assignment_expression",
            "variable_declarator",
            "let_declaration",
            "update_expression",
        ),
        *("augmented_assignment", "augmented_assignment_expression", "compound_assignment_expr"),
        *("short_var_declaration", "assignment_statement", "named_expression"),
    }
)
_MAY_LEAVE = frozenset(
    {"try_statement", "if_statement", "for_statement", "while_statement", "for_in_statement"}
)
_WAYS_IN = frozenset({"with_statement", "block", "statement_list", "expression_statement", "statement_block"})


def empty(path: str, text: str, base_text: str | None, language: Language) -> tuple[Finding, ...]:
    """What is wrong with the tests that are new in this file."""
    parsed = parse(text, language)
    if isinstance(parsed, Unread):
        return (
            Finding(
                path=path, line=1, code="", what=UNREAD, reason=f"The test cannot be read: {parsed.reason}."
            ),
        )
    before = parse(base_text or "", language)
    known = {test.node.text for test in test_functions(before)} if isinstance(before, Parsed) else set[str]()
    around = _constants(parsed.root)
    found = [
        Finding(path=path, line=line, code=parsed.shown(line), what=what, reason=f"`{test.name}` {reason}.")
        for test in test_functions(parsed)
        if test.node.text not in known
        for line, what, reason in _wrong(test, parsed, around)
    ]
    return tuple(found[:MOST])


def _wrong(test: TestFunction, parsed: Parsed, around: Mapping[str, Node]) -> Iterable[tuple[int, str, str]]:
    constants = {**around, **_constants(test.body)}
    statements = list(_always_run(test.body))
    wrong: list[tuple[int, str, str]] = []
    idle = 0
    panics = parsed.language is Language.RUST and "should_panic" in _before(test.node)
    for statement in statements:
        truth = _truth(statement, constants)
        if statement.kind in _RAISES or (_fails(statement) and not panics) or truth is False:
            wrong.append((statement.line, ALWAYS_FAILS, _FAILS))
        elif truth is True:
            idle += 1
        elif _is_itself(statement):
            wrong.append((statement.line, WITH_ITSELF, _ITSELF))
    if parsed.language is Language.PYTHON:
        wrong += [(line, TOO_BROAD, REASON) for line in broad(test.body)]
    yield from wrong
    said = len(_ASSERTED.findall(test.body.text[:100_000]))
    if not wrong and not panics and said <= idle:
        yield test.node.line, ASSERTS_NOTHING, _NOTHING


def _before(node: Node) -> str:
    return node.source[max(0, node.start - 200) : node.start].decode("utf-8", errors="replace")


def _always_run(body: Node) -> Iterable[Node]:
    """The statements that nothing decides about: not in a branch, a loop, a handler or a function inside."""
    todo = [(body, 0)]
    if body.kind not in _WAYS_IN:
        yield body  # the body of a short arrow function is an expression
        return
    while todo:
        node, depth = todo.pop()
        for child in reversed(_before_leaving(node.children)):
            if "block" in child.kind or child.kind in {"statement_list", "with_statement"}:
                expects = child.kind == "with_statement" and re.search(
                    r"raises|Raises|warns", child.excerpt(200)
                )
                if depth < DEEP and not expects:
                    todo.append((child, depth + 1))
            elif node.kind != "with_statement":
                yield child


def _before_leaving(statements: Sequence[Node]) -> Sequence[Node]:
    """`try { … } catch { return }` may be the end: whether what follows runs is for the code to decide."""
    for at, statement in enumerate(statements):
        if statement.kind in _MAY_LEAVE and any(part.kind == "return_statement" for part in statement.walk()):
            return statements[: at + 1]
    return statements


def _call(statement: Node) -> Node | None:
    node = statement
    while node.kind in {"expression_statement", "await_expression", "await"} and node.children:
        node = node.children[0]
    calls = {"call", "call_expression", "method_invocation", "macro_invocation"}
    return node if node.kind in calls else None


def _name(call: Node) -> str:
    if call.kind == "method_invocation":
        name, thing = call.get("name"), call.get("object")
        return ".".join(part.excerpt() for part in (thing, name) if part is not None)
    function = call.get("function") or call.get("macro")
    return function.excerpt() if function is not None else ""


def _fails(statement: Node) -> bool:
    call = _call(statement)
    if call is None:
        return False
    name = _name(call)
    return name in _FAILING_MACROS if call.kind == "macro_invocation" else name in _FAILING_CALLS


def _constants(body: Node) -> dict[str, Node]:
    """Names that are given once, right here, and stand for a constant."""
    found: dict[str, Node] = {}
    for statement in body.children[:500]:
        for part in (statement, *statement.children[:5]):
            name, value = part.get("left") or part.get("name"), part.get("right") or part.get("value")
            if name is not None and value is not None and name.kind == "identifier":
                found[name.excerpt()] = value
    written = _written(body) if found else Counter[str]()
    return {name: value for name, value in found.items() if written[name] < 2}


def _written(scope: Node) -> Counter[str]:
    """How often each name is given a value, in functions that are inside as well."""
    written: Counter[str] = Counter()
    for node in scope.walk():
        if node.kind in _WRITES:
            name = node.get("left") or node.get("name") or node.get("argument")
            if name is not None and name.kind == "identifier":
                written[name.excerpt()] += 1
    return written


def _value(node: Node | None, constants: dict[str, Node]) -> str | float | bool | None:
    """What a constant is; None for anything that is not one."""
    for _ in range(DEEP):
        if node is None:
            return None
        if node.kind == "identifier" and node.excerpt() in constants:
            node = constants[node.excerpt()]
        elif node.kind == "parenthesized_expression" and node.children:
            node = node.children[0]
        else:
            break
    if node is None:
        return None
    plain = node.excerpt(20).lower()
    if plain in _FALSY:
        return False
    if plain in _TRUTHY:
        return True
    if node.kind in {"not_operator", "unary_expression"} and plain.startswith(("not", "!")):
        inner = _value(node.children[-1] if node.children else None, constants)
        return None if inner is None else not inner
    return key_of(node)


def _truth(statement: Node, constants: dict[str, Node]) -> bool | None:
    """Whether what is asserted is true by itself, or false by itself; None where it depends on something."""
    if statement.kind == "assert_statement":
        return _holds(statement.children[0] if statement.children else None, constants)
    call = _call(statement)
    if call is None:
        return None
    if call.kind == "macro_invocation":
        return _macro_holds(call)
    arguments = call.get("arguments")
    given = arguments.children if arguments is not None else []
    name = _name(call)
    if name in _IS_TRUE or name.removeprefix("self.") in _IS_TRUE:
        return _holds(given[0] if given else None, constants)
    sides = _sides(call)
    if sides is None:
        return None
    one, other = (_value(side, constants) for side in sides)
    return None if one is None or other is None else one == other


def _macro_holds(call: Node) -> bool | None:
    tokens = next((child.excerpt(200) for child in call.children if child.kind == "token_tree"), "")
    if _name(call) == "assert":
        return {"(false)": False, "(true)": True}.get(tokens.replace(" ", ""))
    if _name(call) in {"assert_eq", "assert_ne"}:
        sides = re.fullmatch(r"\((-?\w+|\"[^\"]*\"), *(-?\w+|\"[^\"]*\"),?\)", tokens)
        if sides and all(side[0] in '-"0123456789' or side in {"true", "false"} for side in sides.groups()):
            return (sides[1] == sides[2]) == (_name(call) == "assert_eq")
    return None


def _holds(node: Node | None, constants: dict[str, Node]) -> bool | None:
    if node is None:
        return None
    operator = node.get("operators") or node.get("operator")
    sides = [child for child in node.children if child.part not in {"operators", "operator"}]
    if (
        operator is not None
        and len(sides) == 2
        and operator.kind in {"==", "===", "is", "!=", "!==", "is not"}
    ):
        one, other = (_value(side, constants) for side in sides)
        if one is None or other is None:
            return None
        return (one == other) == (operator.kind in {"==", "===", "is"})
    value = _value(node, constants)
    return None if value is None else bool(value)


def _sides(call: Node) -> tuple[Node, Node] | None:
    """What is compared: `assertEqual(a, b)`, `assert.equal(a, b)`, `expect(a).toBe(b)`."""
    arguments = call.get("arguments")
    given = arguments.children if arguments is not None else []
    name = _name(call).rpartition(".")[2] if "(" not in _name(call) else ""
    function = call.get("function")
    if function is not None and function.kind == "member_expression":
        matcher, made = function.get("property"), function.get("object")
        while made is not None and made.kind == "member_expression":
            if made.excerpt(500).endswith(".not"):
                return None
            made = made.get("object")
        subject = made.get("arguments") if made is not None and made.kind == "call_expression" else None
        if made is not None and subject is not None and _name(made) == "expect" and subject.children:
            if matcher is not None and matcher.excerpt() in _EQUAL and given:
                return subject.children[0], given[0]
            return None
        name = matcher.excerpt() if matcher is not None else ""
    if name not in _EQUAL or len(given) < 2 or (function is not None and _is_anothers(function)):
        return None
    return given[0], given[1]


def _is_anothers(function: Node) -> bool:
    """`const { equal } = require("./render")`: in a script, a function that may do anything."""
    if function.kind != "identifier":
        return False
    givers: list[str] = []
    for node in list(function.above())[-1].walk():
        if node.kind in {"variable_declarator", "assignment_expression", "function_declaration"}:
            given = node.get("name") or node.get("left")
        else:
            given = node if node.kind == "import_statement" else None
        if given is not None and re.search(rf"(?<![\w.]){re.escape(function.text)}\b", given.excerpt(400)):
            givers.append(node.excerpt(400))
    return bool(givers) and not any(_OF_TOOLS.search(giver) for giver in givers)


def _is_itself(statement: Node) -> bool:
    sides: tuple[Node, Node] | None = None
    if statement.kind == "assert_statement" and statement.children:
        asserted = statement.children[0]
        operator = asserted.get("operators")
        if operator is not None and operator.kind in {"==", "is"} and len(asserted.children) == 3:
            sides = asserted.children[0], asserted.children[2]
    else:
        call = _call(statement)
        sides = _sides(call) if call is not None else None
    if sides is None or sides[0].text != sides[1].text:
        return False
    # Asked twice, a function may answer differently: that is a test of something.
    return all("call" not in part.kind and part.kind != "method_invocation" for part in sides[0].walk())
