"""Every name that code refers to, whatever it is called there, and every text that is written out in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from workflows.code.chains import ROOTS, chain, goes_on_from
from workflows.code.languages import Language
from workflows.code.scopes import Scopes, scopes
from workflows.code.syntax import Node, Parsed, Unread, parse
from workflows.code.texts import STRINGS, is_sum, roughly, said


class Way(StrEnum):
    READ = "read"
    CALL = "call"
    WRITE = "write"
    """Something is put in its place, or it is taken away."""
    IMPORT = "import"
    TEXT = "text"
    """Not a name but a text, which may name something."""


@dataclass(frozen=True, slots=True)
class Use:
    name: str
    """`os.environ.get`: from where it was imported, not as the file calls it. Of a text, the text."""
    way: Way
    line: int
    code: str
    own: bool = False
    """It begins with something of the file's own, so only what comes after the first dot says anything."""
    unknown: bool = False
    """Something is taken from it whose name is not written out."""
    node: Node | None = field(default=None, compare=False, repr=False)

    def starts(self, name: str) -> bool:
        """Whether it is this, or something of it."""
        return not self.own and (self.name == name or self.name.startswith(f"{name}."))


_CALLS = frozenset(
    {
        *("call", "call_expression", "new_expression", "macro_invocation", "method_invocation"),
        "object_creation_expression",
    }
)
_ASSIGNMENTS = frozenset(
    {
        *("assignment", "augmented_assignment", "assignment_expression", "augmented_assignment_expression"),
        *("assignment_statement", "compound_assignment_expr"),
    }
)
_SIDES = frozenset({"expression_list", "pattern_list", "tuple_pattern", "list_pattern", "array_pattern"})
_DECLARED = frozenset(
    {
        *("function_definition", "class_definition", "function_declaration", "class_declaration"),
        *(
            "method_declaration",
            "method_definition",
            "variable_declarator",
            "formal_parameter",
            "labeled_statement",
        ),
        *("function_item", "mod_item", "struct_item", "enum_item", "parameter_declaration", "import_spec"),
        *("package_declaration", "package_clause", "catch_formal_parameter"),
    }
)
_GLOBALS = ("globalThis", "global", "window")


def uses(text: str, language: Language) -> tuple[Use, ...] | Unread:
    parsed = parse(text, language)
    return parsed if isinstance(parsed, Unread) else uses_in(parsed)


def uses_in(parsed: Parsed) -> tuple[Use, ...]:
    known = scopes(parsed)
    found: list[Use] = []
    for node in parsed.root.walk():
        if node.kind in STRINGS or is_sum(node):
            text = _text(node)
            if text:
                found.append(Use(text, Way.TEXT, node.line, parsed.shown(node.line), node=node))
        elif node.kind in {"import_statement", "import_from_statement", "import_declaration", "import_spec"}:
            found += _imports(node, parsed)
        elif node.kind == "macro_invocation" and parsed.language is Language.RUST:
            found += _in_macro(node, known, parsed)
        if _begins(node, known):
            found += _named(node, known, parsed)
    return tuple(found)


def _text(node: Node) -> str | None:
    """Of a sum only the whole, and each of the parts where they stand. What nobody reads is not a use."""
    parent = node.parent
    if parent is not None and parent.kind == "expression_statement":
        return None
    if is_sum(node):
        return None if parent is not None and is_sum(parent) else said(node)
    return roughly(node)


def _begins(node: Node, known: Scopes) -> bool:
    """Whether this is the whole of an expression that names something."""
    if id(node) in known.given:
        return False
    if not (node.kind in ROOTS or node.kind == "method_invocation" or goes_on_from(node) is not None):
        return False
    parent = node.parent
    if parent is None:
        return False
    if goes_on_from(parent) is node:
        return False
    if node.kind not in ROOTS:
        return parent.kind not in {"use_declaration", "import_declaration", "package_declaration"}
    # What only names a part of its parent, such as an attribute or a function's own name, is no use.
    if parent.kind in _DECLARED and node.part in {"name", "label", "type", "alias", ""}:
        return node.part in {"type", ""} and node.kind != "identifier"
    named = goes_on_from(parent) is not None or parent.kind == "method_invocation"
    return not (named and node.part in {"attribute", "property", "field", "name"})


def _named(node: Node, known: Scopes, parsed: Parsed) -> list[Use]:
    if chain(node).root is None and not chain(node).module:
        return []
    names, own = known.stands_for(node)
    way = _way(node)
    code = parsed.shown(node.line)
    unknown = chain(node).unknown
    return [Use(_plain(name, way, own), way, node.line, code, own, unknown, node) for name in names]


def _plain(name: str, way: Way, own: bool) -> str:
    """What is reached by way of the global object is the thing itself, unless it is put there."""
    if own or way is Way.WRITE:
        return name
    first, _, rest = name.partition(".")
    while rest and first in {*_GLOBALS, "builtins", "__builtins__"}:
        name = rest
        first, _, rest = name.partition(".")
    return name


def _way(node: Node) -> Way:
    side = node
    while side.parent is not None and side.parent.kind in _SIDES:
        side = side.parent
    parent = side.parent
    if parent is None:
        return Way.READ
    if parent.kind in _ASSIGNMENTS and side.part == "left":
        return Way.WRITE
    operator = parent.get("operator")
    if parent.kind == "delete_statement" or (operator is not None and operator.kind == "delete"):
        return Way.WRITE
    return Way.CALL if node.kind in _CALLS else Way.READ


def _imports(node: Node, parsed: Parsed) -> list[Use]:
    code = parsed.shown(node.line)

    def use(name: str) -> Use:
        return Use(name, Way.IMPORT, node.line, code, node=node)

    if parsed.language is Language.PYTHON:
        module = node.get("module_name")
        if module is not None:
            return [
                use(f"{module.text.rstrip('.')}.{(name.get('name') or name).text}")
                for name in node.all("name")
            ] or [use(f"{module.text}.*")]
        return [use((name.get("name") or name).text) for name in node.all("name")]
    if parsed.language is Language.JAVA:
        return [use(node.children[0].text)] if node.children else []
    source = node.get("source") or node.get("path")
    module_name = said(source) if source is not None else None
    return [use(module_name.removeprefix("node:"))] if module_name else []


def _in_macro(node: Node, known: Scopes, parsed: Parsed) -> list[Use]:
    """What is said inside of a macro is not grammar to the parser; paths are still to be seen."""
    import re

    tokens = next((child for child in node.children if child.kind == "token_tree"), None)
    if tokens is None or any(up.kind == "token_tree" for up in node.above(2)):
        return []
    found: list[Use] = []
    for match in re.finditer(r"[A-Za-z_]\w*(?:\s*::\s*[A-Za-z_]\w*)+", tokens.text[:20_000]):
        path = re.sub(r"\s*::\s*", ".", match[0])
        first, _, rest = path.partition(".")
        scope = known.of.get(id(node))
        line = node.line + tokens.text.count("\n", 0, match.start())
        meanings = (scope.find(first) if scope else None) or [first]
        found += [
            Use(f"{meaning}.{rest}", Way.READ, line, parsed.shown(line), node=node) for meaning in meanings
        ]
    return found
