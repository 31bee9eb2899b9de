"""A module that is handed on as a thing: what is done with it there cannot be seen. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from workflows.code.syntax import Node
from workflows.code.uses import Use, Way
from workflows.proof.objections.model import REACHES
from workflows.proof.python.asked import Asked

_HOLDERS = frozenset({"list", "tuple", "set", "expression_list", "for_statement", "for_in_clause", "pair"})
_ASKS = frozenset({"hasattr", "getattr", "setattr", "delattr", "isinstance", "callable", "vars", "id", "dir"})
_REASON = "hands a whole module on; name what is needed of it"


def handed_on(use: Use, modules: frozenset[str]) -> Iterator[Asked]:
    """`modules` are those of the language that were imported as such."""
    node = use.node
    if use.way is not Way.READ or use.own or use.name not in modules or node is None or node.parent is None:
        return
    up = node.parent
    if up.kind == "keyword_argument":
        up = up.parent or up
    handed = up.kind in _HOLDERS and node.part not in {"left", "key"}
    if up.kind == "argument_list":
        function = up.parent.get("function") if up.parent is not None else None
        handed = function is not None and function.excerpt() not in _ASKS and not _is_looking(function)
    if handed:
        yield Asked(f"{use.name}, handed on", use.line, _REASON, REACHES, word=use.name.rpartition(".")[2])


def whole_modules(uses: tuple[Use, ...]) -> frozenset[str]:
    imported = {
        use.name
        for use in uses
        if use.way is Way.IMPORT and use.node is not None and use.node.kind == "import_statement"
    }
    return frozenset(name for name in imported if name.partition(".")[0] in sys.stdlib_module_names)


def _is_looking(function: Node) -> bool:
    return function.excerpt().split(".")[0] in {"inspect", "importlib", "types", "typing"}
