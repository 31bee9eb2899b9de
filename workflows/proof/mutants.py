"""The fix with one small fault in what it changed: a test that does not notice asks too little."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from policies.patch import FileChange, Patch
from workflows.code.languages import language_of
from workflows.code.syntax import Parsed, Unread, parse
from workflows.proof.hunks import judged
from workflows.proof.mutations import Fault, faults
from workflows.proof.saying import is_prose
from workflows.tree import Tree

MOST = 8
MAX_FAULTS = 2_000
"""How many are looked at in one file."""
MAX_TRIES = 4
"""How many faults are tried for each that is wanted: some do not parse."""
_FAR = 20
_SHORT = 60
_KINDS = ("condition", "comparison", "boolean", "negation", "bound", "arithmetic", "return", "constant")
"""Those first whose loss a test should notice most; `removed` and `string` come after."""


class Mutant(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    line: int
    kind: str
    before: str
    after: str
    patch: Patch
    """The whole fix with this fault."""


def mutants(base: Tree, fix: Patch, *, most: int = MOST) -> tuple[Mutant, ...]:
    """Spread over the changed places, their lines, and the kinds of fault; the same for the same fix."""
    open_places = [place for change in fix.changes for place in _places(base, change)]
    made: list[Mutant] = []
    for place in _in_turn(open_places, most * MAX_TRIES):
        fault = min(place.left, key=partial(_rank, place.path, made))
        place.left.remove(fault)
        mutant = _mutant(place, fault, fix)
        if mutant is not None:
            made.append(mutant)
        if len(made) >= most:
            break
    return tuple(sorted(made, key=lambda mutant: (mutant.path, mutant.line, mutant.kind, mutant.after)))


class _Place(NamedTuple):
    """A changed place, and the faults there that were not used yet."""

    path: str
    parsed: Parsed
    left: list[Fault]


def _places(base: Tree, change: FileChange) -> Iterator[_Place]:
    language = language_of(change.path)
    if language is None or change.content is None or is_prose(change.path):
        return
    parsed = parse(change.content, language)
    if isinstance(parsed, Unread):
        return
    by_line: dict[int, list[Fault]] = {}
    for place, is_code in judged(base, change, apart=0):
        left: list[Fault] = []
        by_line |= dict.fromkeys(range(place.new[0] + 1, place.new[1] + 1), left) if is_code else {}
        yield _Place(change.path, parsed, left)
    for fault in islice(faults(parsed, by_line), MAX_FAULTS):
        by_line[fault.line].append(fault)


def _in_turn(places: list[_Place], most: int) -> Iterator[_Place]:
    """One after the other, as long as there is anything left in them."""
    for _ in range(most):
        places = [place for place in places if place.left]
        if not places:
            return
        yield places[0]
        places = [*places[1:], places[0]]


def _rank(path: str, made: list[Mutant], fault: Fault) -> tuple[int, ...]:
    """Of a kind that was least used, and far from the others."""
    used = sum(mutant.kind == fault.kind for mutant in made)
    near = min((abs(mutant.line - fault.line) for mutant in made if mutant.path == path), default=0)
    order = _KINDS.index(fault.kind) if fault.kind in _KINDS else len(_KINDS)
    return used, -min(near, _FAR), order, fault.start, fault.end


def _mutant(place: _Place, fault: Fault, fix: Patch) -> Mutant | None:
    """None where it would not parse."""
    source = place.parsed.root.source
    content = (source[: fault.start] + fault.text.encode() + source[fault.end :]).decode(errors="replace")
    if not _parses(content, place.parsed):
        return None
    return Mutant(
        path=place.path,
        line=fault.line,
        kind=fault.kind,
        before=_short(source[fault.start : fault.end].decode(errors="replace")),
        after=_short(fault.text),
        patch=fix.with_change(FileChange(path=place.path, content=content)),
    )


def _parses(content: str, original: Parsed) -> bool:
    parsed = parse(content, original.language)
    if isinstance(parsed, Unread):
        return False
    return not parsed.broken or (original.broken and _errors(parsed) <= _errors(original))


def _errors(parsed: Parsed) -> int:
    return sum(node.kind == "ERROR" for node in parsed.root.walk())


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
