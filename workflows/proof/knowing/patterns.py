"""A pattern that fits a handful of texts only, and one of the test: `a{2}b`. Pure; no pattern is run."""

from __future__ import annotations

import re
from itertools import product

from workflows.code.syntax import Node

LONGEST = 500
MOST = 16
"""So many texts may a pattern fit that stands for one."""
FEWEST = 4
"""With fewer letters it may be chance."""
_GAPPED = re.compile(r"\^?(?:(?:\\\W|[^\\()\[\]{}*+?|^$])(?:\{\d{1,2}\})?)+\$?")
_ATOM = re.compile(r"(\\.|[^\\])(?:\{(\d+)\})?", re.DOTALL)
_ANCHORS = frozenset("AZbB")
_SETS = frozenset("dDwWsS")
_OPEN = frozenset("()|*+?.")
_FUNCTIONS = frozenset(
    {"match", "fullmatch", "search", "compile", "findall", "finditer", "sub", "subn", "split"}
)


def texts_of(pattern: str) -> list[str]:
    """All that it fits; none where that are many, or more than is understood here."""
    atoms: list[str] = []
    at, count = 0, 1
    while at < len(pattern) <= LONGEST:
        char = pattern[at]
        at += 1
        if char in _OPEN:
            return []
        if char in "^$":
            continue
        if char == "\\":
            escaped = pattern[at : at + 1]
            at += 1
            if escaped in _SETS or escaped.isdigit() or not escaped:
                return []
            atoms += [] if escaped in _ANCHORS else [escaped]
        elif char == "[":
            end = pattern.find("]", at + 1)
            inside = pattern[at:end]
            if end < 0 or inside[0] == "^" or "-" in inside or "\\" in inside:
                return []
            atoms.append(inside)
            at = end + 1
        elif char == "{":
            end = pattern.find("}", at)
            times = pattern[at:end]
            if end < 0 or not times.isdigit() or not atoms or int(times) > LONGEST:
                return []
            atoms += atoms[-1:] * (int(times) - 1) if int(times) else []
            at = end + 1
        else:
            atoms.append(char)
    for atom in atoms:
        count *= len(set(atom))
        if count > MOST:
            return []
    return ["".join(letters) for letters in product(*(sorted(set(atom)) for atom in atoms))]


def is_gapped(pattern: str, text: str) -> bool:
    """`h.tp:..www`: how a text begins, with letters left out. A dot that stands for a dot leaves out none."""
    if _GAPPED.fullmatch(pattern) is None:
        return False
    atoms = [atom for atom, times in _ATOM.findall(pattern.strip("^$")) for _ in range(int(times or 1))]
    pairs = list(zip(atoms, text, strict=False))
    said = sum(atom != "." and char.isalnum() for atom, char in pairs)
    left_out = sum(atom == "." and char.isalnum() for atom, char in pairs)
    fits = len(atoms) <= len(text) and all(atom == "." or atom[-1] == char for atom, char in pairs)
    return fits and said >= FEWEST and left_out > 0


def is_pattern(node: Node) -> bool:
    """`re.match("…", url)`, and not merely a text."""
    arguments = node.parent
    call = arguments.parent if arguments is not None and arguments.kind == "argument_list" else None
    function = call.get("function") if call is not None else None
    name = function.get("attribute") or function if function is not None else None
    first = arguments is not None and bool(arguments.children) and arguments.children[0] is node
    return first and name is not None and name.excerpt() in _FUNCTIONS
