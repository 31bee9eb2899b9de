"""Who looks after which files, as the repository's CODEOWNERS says. What is odd in it is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from workflows.tree import Tree

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")

_LOGIN = re.compile(r"@([A-Za-z0-9][A-Za-z0-9-]{0,38})")
_TEAM = re.compile(r"@([A-Za-z0-9][A-Za-z0-9-]{0,38})/([A-Za-z0-9][A-Za-z0-9_.-]{0,99})")


@dataclass(frozen=True, slots=True)
class Owners:
    """In the order in which they are named. Those known by their mail address only cannot be asked."""

    people: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    """Of the repository's own organisation, by their short name."""


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: tuple[str, ...]
    owners: tuple[str, ...]


def owners_of(paths: Sequence[str], tree: Tree, organisation: str) -> Owners:
    text = next((found for place in PLACES if (found := tree.text(place)) is not None), "")
    rules = list(_rules(text))
    people: dict[str, None] = {}
    teams: dict[str, None] = {}
    for path in paths:
        segments = tuple(path.split("/"))
        last = next((rule for rule in reversed(rules) if _matches(rule.pattern, segments)), None)
        for owner in last.owners if last else ():
            team, person = _TEAM.fullmatch(owner), _LOGIN.fullmatch(owner)
            if person:
                people[person[1]] = None
            elif team and team[1].lower() == organisation.lower():
                teams[team[2]] = None
    return Owners(tuple(people), tuple(teams))


def _rules(text: str) -> Iterator[_Rule]:
    for line in text.splitlines():
        # A space in a path is written with a backslash.
        words = [word.replace("\\ ", " ") for word in re.findall(r"(?:\\ |\S)+", line)]
        comment = next((at for at, word in enumerate(words) if word.startswith("#")), len(words))
        words = words[:comment]
        # GitHub knows neither negation nor ranges of characters, nor another escape.
        if words and not words[0].startswith("!") and not {"[", "]", "\\"} & set(words[0]):
            yield _Rule(_segments(words[0]), tuple(words[1:]))


def _segments(pattern: str) -> tuple[str, ...]:
    """One glob for each folder, `**` for any number of them; at the end it stands for at least one."""
    anchored = "/" in pattern.rstrip("/")
    segments = [part for part in pattern.split("/") if part]
    if pattern.endswith("/"):
        segments.append("**")
    return tuple(segments) if anchored else ("**", *segments)


def _matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    # `docs/*` means the files in it, while `docs` and `*.d` mean also what is below a folder of that name.
    only_itself = len(pattern) > 1 and pattern[-1] == "*" and pattern[0] != "**"

    @cache
    def go(at: int, here: int) -> bool:
        if at == len(pattern):
            return here == len(path) or not only_itself
        if here == len(path):
            return False
        if pattern[at] == "**":
            if at == len(pattern) - 1:
                return True
            return go(at + 1, here) or go(at, here + 1)
        return fnmatchcase(path[here], pattern[at]) and go(at + 1, here + 1)

    return go(0, 0)
