"""The environment, the process and the global object taken as a whole, which names nothing and finds all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from workflows.code.syntax import Node, Parsed
from workflows.code.uses import Use, Way
from workflows.proof.objections.model import DETECTS, REACHES, Fine
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import (
    FUNCTIONS,
    arguments_of,
    around,
    bare,
    function_of,
    property_of,
    text_of,
)

GLOBALS = frozenset({"globalThis", "global", "window", "self"})
_WHOLES = frozenset(
    {"process", "process.env", "process.argv", *GLOBALS, "Deno", "Deno.env", "Bun", "Bun.env"}
)
_HAS = frozenset({"Object.hasOwn", "Reflect.has", "Reflect.get", "Object.getOwnPropertyDescriptor"})
_LISTS = frozenset(
    {
        *("Object.keys", "Object.entries", "Object.values", "Object.getOwnPropertyNames", "Reflect.ownKeys"),
        *("JSON.stringify", "Object.getOwnPropertyDescriptors", "Object.getOwnPropertySymbols"),
    }
)
_WEIGHED = frozenset({"&&", "===", "!==", "==", "!="})
_ASKS = frozenset({"hasOwnProperty", "propertyIsEnumerable", "call"})
# What many a program asks for, and no test run sets.
_PLAIN = re.compile(
    r"(?:NO_COLOR|FORCE_COLOR|COLORTERM|TERM\w*|DEBUG\w*|NODE_DEBUG|HOME\w*|USERPROFILE|PATH|Path|PATHEXT|TZ|LANG"
    r"|LC_\w+|XDG_\w+|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|ALL_PROXY|APPDATA|LOCALAPPDATA|SystemRoot"
    r"|ComSpec|COMSPEC|comspec|SHELL|EDITOR|VISUAL|PAGER|PORT|WINDIR|COLUMNS|LINES|SSL_CERT_\w+|NODE_EXTRA_CA_CERTS"
    r"|NODE_ENV|CI|NODE_PENDING_DEPRECATION|NODE_NO_WARNINGS|WSL_DISTRO_NAME|OSTYPE)"
)


def wholes(script: Script) -> Iterator[Oddity]:
    for use in script.uses:
        if use.own:
            continue
        name = use.name.removeprefix("process.process") or use.name
        if name in _WHOLES and use.unknown:
            yield Oddity(
                REACHES,
                f"{name}[…]",
                use.line,
                "takes something from it by a name that is not written out; name it",
                Fine.KNOWN,
                re.escape(name) + r"\s*\[\s*[^'\"`\s]",
            )
        elif name in _WHOLES and use.way is not Way.WRITE:
            yield from _whole(name, use)
        elif name.startswith("process.env.") and use.way is not Way.WRITE:
            yield from _variable(name.split(".")[2], use)


def _variable(name: str, use: Use) -> Iterator[Oddity]:
    if not _PLAIN.fullmatch(name):
        yield Oddity(
            DETECTS,
            f"process.env.{name}",
            use.line,
            "asks the environment for what this project does not know",
            Fine.KNOWN,
            rf"(?<!\w){re.escape(name)}(?!\w)",
        )


def _whole(name: str, use: Use) -> Iterator[Oddity]:
    way = _taken_as(around(use.node)) if use.node is not None else ""
    if not way:
        return
    last = re.escape(name.rpartition(".")[2])
    listed = (
        rf"(?:(?:keys|entries|values|ownKeys|Names|stringify)\(\s*|\bin\s+)(?:\w+\.)*{last}\b(?!\s*[.\[?])"
    )
    given = rf"(?:[(,=:?|]|\.\.\.|return)\s*(?:\w+\.)*{last}\b(?!\s*[.\[?])"
    yield Oddity(
        DETECTS,
        f"{name} as a whole",
        use.line,
        "is looked through or handed on as a whole; name what is needed of it",
        Fine.KNOWN,
        listed if way == "listed" else given,
    )


def _taken_as(node: Node, *, alone: bool = True) -> str:
    """Empty where it is only asked for, or only gets another name, which is followed elsewhere."""
    parent = node.parent
    if parent is None:
        return ""
    match parent.kind:
        case "unary_expression" | "expression_statement" | "if_statement" | "type_query":
            return ""
        case "variable_declarator" | "assignment_pattern" | "object_assignment_pattern":
            left = parent.get("name") or parent.get("left")
            if left is None or node.part not in {"value", "right"}:
                return ""
            if not alone:
                return "given"
            return "listed" if _takes_the_rest(left) else ""
        case "ternary_expression" | "while_statement" if node.part == "condition":
            return ""
        case "binary_expression":
            operator = parent.get("operator")
            if operator is not None and operator.kind == "in" and node.part == "right":
                left = parent.get("left")
                return "" if left is not None and text_of(left) is not None else "listed"
            if operator is not None and operator.kind in _WEIGHED and node.part == "left":
                return ""
            # What is chosen out of two has the name of neither.
            return _taken_as(around(parent), alone=False)
        case "for_in_statement":
            return "listed" if node.part == "right" else ""
        case "arguments":
            call = parent.parent
            function = function_of(call) if call is not None else ""
            if function in _HAS and call is not None and len(given := arguments_of(call)) > 1:
                return "" if text_of(given[1]) is not None else "listed"
            if function.endswith(".bind") and parent.children[0] is node and _is_builtin(call):
                return ""
            return "listed" if function in _LISTS else "given"
        case "with_statement" | "spread_element":
            return "listed"
        case "member_expression" | "subscript_expression":
            return ""
        case _:
            return "given"


def _takes_the_rest(pattern: Node) -> bool:
    return pattern.kind != "identifier" and any(
        part.kind in {"rest_pattern", "computed_property_name"} for part in pattern.walk()
    )


def _is_builtin(call: Node | None) -> bool:
    """`fetch.bind(globalThis)`, and not a function that then looks around in it."""
    function = call.get("function") if call is not None else None
    inner = function.get("object") if function is not None else None
    return inner is not None and re.fullmatch(r"(?:globalThis\.|window\.)?\w+", inner.excerpt()) is not None


def asked_by_text(script: Script, parsed: Parsed) -> Iterator[Use]:
    """`"describe" in globalThis`, `Object.hasOwn(process.env, "…")`: names that are written as texts."""
    by_node = {id(use.node): use for use in script.uses}
    for node in script.root.walk():
        if node.kind == "binary_expression":
            operator = node.get("operator")
            if operator is not None and operator.kind == "in":
                yield from _asked(node.get("right"), node.get("left"), by_node)
        elif node.kind == "call_expression":
            given = arguments_of(node)
            function = node.get("function")
            if function_of(node) in _HAS and len(given) > 1:
                yield from _asked(given[0], given[1], by_node)
            elif function is not None and (name := function.get("property")) is not None and given:
                if name.excerpt() == "call" and len(given) > 1:
                    yield from _asked(given[0], given[1], by_node)
                elif name.excerpt() in _ASKS:
                    yield from _asked(function.get("object"), given[0], by_node)
        elif node.kind == "meta_property":
            taken = property_of(node.parent) if node.parent is not None else None
            name = f"import.meta.{taken}" if taken else "import.meta"
            yield Use(name, Way.READ, node.line, parsed.shown(node.line), unknown=not taken, node=node)
    for use in script.uses:
        first, _, rest = use.name.partition(".")
        if first in GLOBALS and rest and not use.own and use.way is not Way.WRITE:
            yield Use(rest, use.way, use.line, use.code, False, use.unknown, use.node)


def _asked(whole: Node | None, key: Node | None, by_node: dict[int, Use]) -> Iterator[Use]:
    use = by_node.get(id(bare(whole))) if whole is not None else None
    text = text_of(key) if key is not None else None
    if use is None or text is None or use.own:
        return
    name = text if use.name in GLOBALS else f"{use.name}.{text}"
    yield Use(name, Way.READ, use.line, use.code, node=use.node)


def global_this(script: Script) -> Iterable[Oddity]:
    """`(function () { return this })()` and `(() => this)()`: the global object without its name."""
    for node in script.root.walk():
        function = node.get("function") if node.kind == "call_expression" else None
        inner = bare(function) if function is not None else None
        if inner is None or inner.kind not in FUNCTIONS or arguments_of(node):
            continue
        body = inner.get("body")
        text = " ".join(body.excerpt(40).split()) if body is not None else ""
        if re.fullmatch(r"(?:\{ ?(?:return )?)?this;?(?: ?\})?", text):
            yield Oddity(
                REACHES, "this", node.line, "is a way to the global object; name what is needed of it"
            )
