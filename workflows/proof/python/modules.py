"""In Python: the module that a class comes from, as type hints are read in. Pure."""

from __future__ import annotations

import re

from workflows.code.syntax import Node, Parsed
from workflows.code.uses import Use

_FURTHER = re.compile(r"sys\.modules(?:\.(?:get|__dict__))*")
_SAID = frozenset({"modules", "'modules'", '"modules"'})
_MADE_UP = re.compile(r"__module__\s*=")


def is_of_a_kind(use: Use, parsed: Parsed) -> bool:
    """`vars(sys.modules[kind.__module__])`, and nothing else of what is loaded in the whole file."""
    if _FURTHER.fullmatch(use.name) is None or _MADE_UP.search(parsed.root.text):
        return False
    said = [node for node in parsed.root.walk() if not node.children and node.excerpt() in _SAID]
    said += [node for node in parsed.root.walk() if node.kind == "string" and node.excerpt() in _SAID]
    return bool(said) and all(node.part == "attribute" and _is_asked_by_kind(node.parent) for node in said)


def _is_asked_by_kind(modules: Node | None) -> bool:
    up = modules.parent if modules is not None else None
    key = up.get("subscript") if up is not None and up.kind == "subscript" else None
    if up is not None and up.kind == "attribute" and up.excerpt().endswith(".get"):
        arguments = up.parent.get("arguments") if up.parent is not None else None
        key = arguments.children[0] if arguments is not None and arguments.children else None
    name = key.get("attribute") if key is not None and key.kind == "attribute" else None
    return name is not None and name.excerpt() == "__module__"
