"""The values of the test: what it puts in and what it expects. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policies.patch import Patch
from workflows.code.languages import Language, language_of
from workflows.code.literals import Literal, literals
from workflows.code.syntax import Node, Parsed, parse
from workflows.proof import disguises
from workflows.proof.knowing.data import is_data, is_trivial
from workflows.tree import Tree

LONG = 8
NAMED = 6
"""From how much on a name is one that nobody else would think of."""
MOST_OF = 0.6
"""From how much of a value on, and how long, a part of it stands for the whole."""
_TITLED = frozenset({"it", "test", "describe", "suite", "context", "specify", "it.only", "test.each"})


@dataclass(frozen=True, slots=True)
class Known:
    path: str
    literal: Literal
    code: str
    shape: str = ""
    """Of a list or an object, how it is written."""
    defined: str = ""
    """Of a class or a function of the test, its name as it is written."""


def of_the_test(before: Tree, test: Patch) -> dict[str | float, Known]:
    known: dict[str | float, Known] = {}
    for change in test.changes:
        language = language_of(change.path)
        if language is None or change.content is None:
            continue
        base = before.text(change.path) or ""
        for literal, parsed in new_literals(base, change.content, language):
            if is_trivial(literal.key) or _is_title(literal.node) or _is_only_asked(literal.node):
                continue
            here = known.get(literal.key)
            # Of those that differ in small and capital letters only, the one that is new is meant.
            if here is None or (here.literal.node.text in base and literal.node.text not in base):
                known[literal.key] = Known(change.path, literal, parsed.shown(literal.line))
        whole = parse(change.content, language)
        if not isinstance(whole, Parsed):
            continue
        for name, node in _definitions(whole):
            made = Literal(name.casefold(), node, node.line)
            known.setdefault(made.key, Known(change.path, made, whole.shown(node.line), defined=name))
        for shape, node in disguises.structures(whole):
            if len(shape) >= disguises.SHORTEST and any(char.isalnum() for char in shape):
                made = Literal(shape, node, node.line)
                known.setdefault(shape, Known(change.path, made, whole.shown(node.line), shape))
    return known


def _definitions(parsed: Parsed) -> Iterator[tuple[str, Node]]:
    """What the test calls its own classes and functions is for nobody else to ask for."""
    for node in parsed.root.walk() if parsed.language is Language.PYTHON else ():
        name = node.get("name") if node.kind in {"class_definition", "function_definition"} else None
        if name is not None and len(name.excerpt()) >= NAMED:
            yield name.excerpt(), name


def new_literals(base: str, text: str, language: Language) -> list[tuple[Literal, Parsed]]:
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


def most_of(key: str | float, known: Mapping[str | float, Known]) -> Known | None:
    """A value of the test that somebody asks for by the greater part of it."""
    if not isinstance(key, str) or len(key) < LONG or not is_data(key):
        return None
    long = (
        it
        for of, it in known.items()
        if isinstance(of, str) and not it.shape and not it.defined and len(of) * MOST_OF <= len(key)
    )
    return next((it for it in long if key in str(it.literal.key)), None)


def is_variable(node: Node) -> bool:
    """`"SHELF_COLOUR" in os.environ`: what a variable is called is for everybody to know."""
    up = node.parent
    if up is not None and up.kind in {"comparison_operator", "subscript"}:
        return any(side.excerpt().endswith("environ") for side in up.children)
    call = up.parent if up is not None and up.kind == "argument_list" else None
    function = call.get("function") if call is not None else None
    return function is not None and function.excerpt().endswith(("environ.get", "getenv", "environ.pop"))


def _is_only_asked(node: Node) -> bool:
    """`if expected[-1] == 13:` in a test: neither given to the code nor expected of it."""
    inner = node
    for up in node.above(8):
        if inner.part == "condition" and up.kind in {"if_statement", "elif_clause", "while_statement"}:
            return True
        if up.kind in {"call", "call_expression", "block", "statement_block"}:
            return False
        inner = up
    return False


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
