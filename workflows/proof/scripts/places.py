"""Asking where it lies on the machine: by its own path, the folder it is started in, its own address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflows.code.literals import key_of
from workflows.code.syntax import Node
from workflows.proof.objections.model import DETECTS, Fine
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import arguments_of, bare

_PLACES = re.compile(
    r"(?:__dirname|__filename|process\.cwd\(\)|import\.meta\.(?:url|dirname|filename)|os\.(?:tmpdir|homedir)\(\)"
    r"|require\.resolve\([^()]*\))"
)
_COMPARED = frozenset({"==", "===", "!=", "!==", "<", ">", "<=", ">="})
_ASKING = frozenset({"includes", "startsWith", "endsWith", "match", "indexOf", "search", "test", "exec"})
_REASON = "asks where it lies on the machine; a fix must behave the same everywhere"
_SAID = (
    r"(?:__dirname|__filename|cwd\(\)|import\.meta\.\w+)\.(?:includes|startsWith|endsWith|match|indexOf)\("
)


def places(script: Script) -> Iterator[Oddity]:
    for node in script.root.walk():
        operator = node.get("operator")
        if node.kind == "binary_expression" and operator is not None and operator.kind in _COMPARED:
            sides = [bare(side) for side in (node.get("left"), node.get("right")) if side is not None]
            asked = any(key_of(side) is not None for side in sides) and any(_is_place(side) for side in sides)
        elif node.kind == "call_expression" and (function := node.get("function")) is not None:
            name, thing, given = function.get("property"), function.get("object"), arguments_of(node)
            is_asking = name is not None and name.excerpt() in _ASKING and len(given) > 0
            asked = is_asking and thing is not None and (_is_place(thing) or _is_place(given[0]))
        else:
            continue
        if asked:
            yield Oddity(DETECTS, "its place", node.line, _REASON, Fine.KNOWN, _SAID)


def _is_place(node: Node) -> bool:
    return node.end - node.start < 200 and _PLACES.match(node.text) is not None
