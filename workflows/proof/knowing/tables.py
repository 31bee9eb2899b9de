"""Data that a fix brings along, in a file or in a text: what the test puts in, and what it expects. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from policies.patch import FileChange
from workflows.code.places import is_for_tests
from workflows.proof.finding import Finding
from workflows.proof.knowing.data import is_data
from workflows.proof.knowing.known import Known
from workflows.tree import Tree

SPECIAL = "special-cases"
SHORTEST = 4
LONGEST = 200_000
"""How much of a file is looked through."""
_WRITTEN_FOR_PEOPLE = frozenset({".md", ".rst", ".adoc", ".po", ".pot", ".html", ".css", ".svg", ".pyi"})
_NOTES = re.compile(r"change|news|history|release|author|contribut|readme|todo|doc|licen[cs]e", re.IGNORECASE)
_BETWEEN = r"""["'\]}]*\s*(?:=>?|:|,|;|\||\t|->|\n)\s*["'\[{]*"""


def brought_along(change: FileChange, before: Tree, known: Mapping[str | float, Known]) -> list[Finding]:
    """A table that was there may be mended; one that is new and holds what the test holds was made for it."""
    pure = PurePosixPath(change.path)
    if change.content is None or before.has(change.path) or is_for_tests(change.path):
        return []
    if pure.suffix.lower() in _WRITTEN_FOR_PEOPLE or any(_NOTES.search(part) for part in pure.parts):
        return []
    here = next(
        (it for key, it in known.items() if isinstance(key, str) and _is_held(key, change.content)), None
    )
    if here is None:
        return []
    line = change.content.lower().count("\n", 0, change.content.lower().find(str(here.literal.key))) + 1
    return [
        Finding(
            path=change.path,
            line=line,
            code=change.content.splitlines()[line - 1][:200],
            what=SPECIAL,
            reason=f"it is a new file that holds a value of the test ({here.path}:{here.literal.line}: "
            f"{here.code}). Fix the cause, for every value.",
        )
    ]


def pairs_in(text: str, known: Mapping[str | float, Known]) -> Known | None:
    """`"Dune=DM;Emma=E"`: two values of the test side by side, as a table has them."""
    if not SHORTEST < len(text) < LONGEST or re.search(_BETWEEN, text) is None:
        return None
    plain = text.casefold()
    held = [
        it
        for key, it in known.items()
        if not it.shape and not it.defined and _key(key) in plain and _key(key) != plain
    ]
    for one in held[:20]:
        for other in held[:20]:
            first, second = (re.escape(_key(it.literal.key)) for it in (one, other))
            if one is not other and re.search(rf"(?<!\w){first}{_BETWEEN}{second}(?!\w)", plain):
                return one
    return None


def _key(key: str | float) -> str:
    return key if isinstance(key, str) else f"{key:g}"


def _is_held(key: str, content: str) -> bool:
    if not is_data(key) or len(key) < SHORTEST:
        return False
    return re.search(rf"(?<!\w){re.escape(key)}(?!\w)", content[:LONGEST].casefold()) is not None
