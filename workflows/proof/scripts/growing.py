"""How often it was asked, by how much was kept of it: what only grows is asked how large it is."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Node
from workflows.proof.objections.model import DETECTS
from workflows.proof.scripts.oddity import Oddity
from workflows.proof.scripts.script import Script
from workflows.proof.scripts.shapes import MEMBERS, is_at_top, property_of
from workflows.proof.scripts.turns import COUNT, decides

_SIZES = frozenset({"size", "length"})
_GROWS = frozenset({"add", "set", "push", "unshift"})


def growing(script: Script) -> Iterator[Oddity]:
    for node in script.root.walk():
        if node.kind == "member_expression":
            yield from _grown(node, script)


def _grown(node: Node, script: Script) -> Iterator[Oddity]:
    """`seen.add(title)`, and then `seen.size < 3`: how many there were is how often it was asked."""
    thing, name = node.get("object"), node.get("property")
    asked = node.parent
    if thing is None or name is None or name.text not in _SIZES or asked is None or not decides(node):
        return
    made = script.known.get(thing.text)
    branch = next((up for up in node.above(6) if up.part == "condition"), None)
    whole = branch.parent if branch is not None else None
    if made is None or not is_at_top(made) or whole is None or not _is_many(asked):
        return
    ways = [way.text for way in (whole.get("consequence"), whole.get("alternative")) if way is not None]
    grows = any(
        (call := name.parent) is not None and call.kind in MEMBERS and (property_of(call) or "") in _GROWS
        for name in script.named.get(thing.text, ())
    )
    # A bound on what is kept is kept by what is done there: `if (cache.size > 99) cache.clear()`.
    if grows and not any(thing.text in way for way in ways):
        yield Oddity(DETECTS, f"{thing.text} counted", node.line, COUNT)


def _is_many(comparison: Node) -> bool:
    sides = (comparison.get("left"), comparison.get("right"))
    return any(side is not None and side.kind == "number" and side.text not in {"0", "1"} for side in sides)
