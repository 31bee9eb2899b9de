"""What a name stands for where it is used: an import, another name, or a thing of the file's own."""

from __future__ import annotations

from dataclasses import dataclass, field

from workflows.code.chains import chain, plain_module, unwrapped
from workflows.code.languages import Language
from workflows.code.syntax import Node, Parsed
from workflows.code.texts import said

DEPTH = 64
ROUNDS = 3
LONGEST = 400
MOST = 4
"""How many things one name is taken to stand for."""

_FUNCTIONS = frozenset(
    {
        *("function_definition", "lambda"),
        *("function_declaration", "function_expression", "arrow_function", "method_definition"),
        *("generator_function_declaration", "generator_function"),
    }
)
_COMPREHENSIONS = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)
_BLOCKS = frozenset({"statement_block", "for_statement", "for_in_statement", "catch_clause", "switch_body"})
_PATTERNS = frozenset(
    {
        *("pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "dictionary_splat_pattern"),
        *("as_pattern_target", "typed_parameter", "default_parameter", "typed_default_parameter"),
        *("object_pattern", "array_pattern", "pair_pattern", "rest_pattern", "assignment_pattern"),
        *("object_assignment_pattern", "required_parameter", "optional_parameter", "formal_parameters"),
        *("parameters", "lambda_parameters", "tuple", "list"),
    }
)
_WHOLE = frozenset({"import_clause", "namespace_import", "import_require_clause"})
_NAMES = frozenset({"identifier", "shorthand_property_identifier_pattern"})


@dataclass(slots=True, eq=False)
class Scope:
    above: Scope | None
    is_class: bool = False
    is_function: bool = True
    names: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """What each name stands for; nothing where it is the file's own."""

    def bind(self, name: str, meaning: str | None = None) -> None:
        meanings = self.names.setdefault(name, [])
        if meaning is not None and meaning not in meanings and len(meanings) < MOST:
            meanings.append(meaning)

    def find(self, name: str) -> list[str] | None:
        """None where nobody here gave the name: it is the language's own."""
        scope: Scope | None = self
        for depth in range(DEPTH):
            if scope is None:
                return None
            if name in scope.names and not (scope.is_class and depth):
                return scope.names[name]
            scope = scope.above
        return None


@dataclass(slots=True)
class Scopes:
    of: dict[int, Scope]
    """By the identity of each node."""
    given: set[int]
    """Nodes that give a name, and do not use one."""
    everything_of: list[str]
    """Modules of which all names were imported."""

    def stands_for(self, node: Node) -> tuple[list[str], bool]:
        """What an expression refers to, and whether that is the file's own."""
        found = chain(node)
        if found.module:
            return [".".join((found.module, *found.parts))], False
        if found.root is None:
            return [], True
        root, parts = found.root.text, found.parts
        if root in {"globals", "__builtins__"} and parts:
            root, parts = parts[0], parts[1:]
        scope = self.of.get(id(found.root))
        meanings = scope.find(root) if scope is not None else None
        own = meanings is not None and not meanings
        if meanings is None:
            meanings = [root, *(f"{module}.{root}" for module in self.everything_of[:MOST])]
        return [".".join((meaning, *parts)).replace(".!", "!") for meaning in meanings or [root]], own


def scopes(parsed: Parsed) -> Scopes:
    return _Reader(parsed).read()


class _Reader:
    def __init__(self, parsed: Parsed) -> None:
        self._root = parsed.root
        self._python = parsed.language is Language.PYTHON
        self._scopes = Scopes({}, set(), [])
        self._aliases: list[tuple[Scope, Node, Node]] = []

    def read(self) -> Scopes:
        top = Scope(None)
        for node in self._root.walk():
            scope = top if node.parent is None else self._scopes.of[id(node.parent)]
            opened = self._opened(node, scope)
            self._scopes.of[id(node)] = opened
            self._names(node, scope, opened)
        for _ in range(ROUNDS):
            for scope, pattern, value in self._aliases:
                self._alias(scope, pattern, value)
        return self._scopes

    def _opened(self, node: Node, scope: Scope) -> Scope:
        if node.kind in _FUNCTIONS or node.kind in _COMPREHENSIONS:
            return Scope(scope)
        if self._python:
            return Scope(scope, is_class=True) if node.kind == "class_definition" else scope
        in_function = node.parent is not None and node.parent.kind in _FUNCTIONS
        return Scope(scope, is_function=False) if node.kind in _BLOCKS and not in_function else scope

    def _names(self, node: Node, scope: Scope, opened: Scope) -> None:
        match node.kind:
            case "import_statement" | "import_from_statement" | "future_import_statement":
                self._python_import(node, scope) if self._python else self._script_import(node, scope)
            case "use_declaration":
                self._rust_use(node, scope)
            case "import_declaration":
                self._java_import(node, scope)
            case "import_spec":
                self._go_import(node, scope)
            case "assignment" | "named_expression" | "variable_declarator":
                self._bound(node, scope)
            case "for_statement" | "for_in_clause" | "for_in_statement":
                self._given(node.get("left"), opened)
            case "as_pattern_target" | "catch_clause":
                self._given(node if node.kind == "as_pattern_target" else node.get("parameter"), opened)
            case _ if node.kind in _FUNCTIONS:
                self._given(node.get("name"), scope)
                self._given(node.get("parameters") or node.get("parameter"), opened)
            case "class_definition" | "class_declaration":
                self._given(node.get("name"), scope)
            case "keyword_argument":
                name = node.get("name")
                if name is not None:
                    self._scopes.given.add(id(name))
            case _:
                pass

    def _bound(self, node: Node, scope: Scope) -> None:
        target = node.get("left") or node.get("name")
        value = node.get("right") or node.get("value")
        if target is None or target.kind in {"attribute", "subscript"}:
            return
        hoisted = node.parent is not None and node.parent.kind == "variable_declaration"
        while hoisted and not scope.is_function and scope.above is not None:
            scope = scope.above
        self._given(target, scope)
        if value is not None:
            self._aliases.append((scope, target, value))

    def _given(self, pattern: Node | None, scope: Scope) -> None:
        todo = [pattern] if pattern is not None else []
        while todo:
            node = todo.pop()
            if node.kind in _NAMES:
                scope.bind(node.text)
                self._scopes.given.add(id(node))
            elif node.kind in _PATTERNS:
                if node.kind.endswith(("default_parameter", "assignment_pattern")):
                    name, value = node.get("name") or node.get("left"), node.get("value") or node.get("right")
                    if name is not None and value is not None:
                        self._aliases.append((scope, name, value))
                todo.extend(
                    child
                    for child in node.children
                    if child.part not in {"value", "right", "type"}
                    or (node.kind == "pair_pattern" and child.part == "value")
                )

    def _alias(self, scope: Scope, pattern: Node, value: Node) -> None:
        # What a call gives is not what was called, be it waited for or not.
        plain = unwrapped(value)
        called = plain.kind in {"call", "call_expression"} and not chain(value).module
        if called and not _looks_up(plain):
            return
        made = plain.get("constructor") if plain.kind == "new_expression" else None
        if made is not None and not made.excerpt().endswith("Error"):
            return
        meanings, own = self._scopes.stands_for(value)
        if own:
            return
        for meaning in meanings:
            for name, part in _taken_apart(pattern):
                scope.bind(name, (f"{meaning}.{part}" if part else meaning)[:LONGEST])

    def _python_import(self, node: Node, scope: Scope) -> None:
        module = node.get("module_name")
        start = module.text if module is not None else ""
        for name in node.all("name"):
            alias, real = name.get("alias"), name.get("name") or name
            whole = real.text
            if module is None:
                scope.bind(
                    alias.text if alias else whole.partition(".")[0],
                    whole if alias else whole.partition(".")[0],
                )
                continue
            meaning = f"{start}{whole}" if start.endswith(".") else f"{start}.{whole}"
            scope.bind(alias.text if alias else whole, meaning)
        if any(child.kind == "wildcard_import" for child in node.children):
            self._scopes.everything_of.append(start)
        self._scopes.given.update(id(part) for part in node.walk())

    def _script_import(self, node: Node, scope: Scope) -> None:
        source = node.get("source")
        for part in node.walk():
            source = source or part.get("source")
        module = plain_module(said(source) or "") if source is not None else ""
        for part in node.walk():
            self._scopes.given.add(id(part))
            if part.kind == "import_specifier":
                name, alias = part.get("name"), part.get("alias")
                given = alias or name
                if name is not None and given is not None:
                    meaning = module if name.text == "default" else f"{module}.{name.text}"
                    scope.bind(given.text, meaning)
            elif part.kind == "identifier" and part.parent is not None and part.parent.kind in _WHOLE:
                scope.bind(part.text, module)

    def _rust_use(self, node: Node, scope: Scope) -> None:
        todo = [(child, "") for child in node.children]
        while todo:
            part, before = todo.pop()
            self._scopes.given.add(id(part))
            path = part.get("path")
            prefix = ".".join(filter(None, (before, path.text.replace("::", ".") if path else "")))
            match part.kind:
                case "scoped_use_list" | "use_list":
                    todo.extend((child, prefix) for child in part.children if child is not path)
                case "use_as_clause":
                    alias = part.get("alias")
                    if alias is not None:
                        scope.bind(alias.text, prefix.removesuffix(".self"))
                case "use_wildcard":
                    whole = part.children[0].text.replace("::", ".") if part.children else ""
                    self._scopes.everything_of.append(".".join(filter(None, (before, whole))))
                case "self":
                    scope.bind(before.rpartition(".")[2], before)
                case "scoped_identifier" | "identifier":
                    whole = ".".join(filter(None, (before, part.text.replace("::", "."))))
                    scope.bind(whole.rpartition(".")[2], whole)
                case _:
                    pass
        self._scopes.given.update(id(part) for part in node.walk())

    def _java_import(self, node: Node, scope: Scope) -> None:
        if not node.children or node.children[0].kind not in {"scoped_identifier", "identifier"}:
            return
        name = node.children[0].text.removeprefix("java.lang.")
        if any(child.kind == "asterisk" for child in node.children):
            self._scopes.everything_of.append(name)
        else:
            scope.bind(name.rpartition(".")[2], name)
        self._scopes.given.update(id(part) for part in node.walk())

    def _go_import(self, node: Node, scope: Scope) -> None:
        name, path = node.get("name"), node.get("path")
        module = said(path) if path is not None else None
        if not module:
            return
        if name is not None and name.kind == "dot":
            self._scopes.everything_of.append(module)
        else:
            scope.bind(name.text if name is not None else module.rpartition("/")[2], module)


def _looks_up(call: Node) -> bool:
    function = call.get("function")
    return function is not None and function.excerpt() in {"getattr", "vars", "Reflect.get"}


def _taken_apart(pattern: Node) -> list[tuple[str, str]]:
    """The names that an assignment gives, each with what it takes of the value."""
    if pattern.kind in _NAMES:
        return [(pattern.text, "")]
    taken: list[tuple[str, str]] = []
    if pattern.kind == "object_pattern":
        for part in pattern.children:
            left = part.get("left") if part.kind == "object_assignment_pattern" else part
            if left is not None and left.kind in _NAMES:
                taken.append((left.text, left.text))
            key, value = part.get("key"), part.get("value")
            if key is not None and value is not None and value.kind in _NAMES:
                taken.append((value.text, said(key) or key.text))
    return taken
