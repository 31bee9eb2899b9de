"""Patterns of paths as shells and test tools write them."""

from __future__ import annotations

import re
from functools import cache

_PART = re.compile(r"\*\*/|\*\*|\*|\?|\{([^{}]*)\}|\[([^\]/]*)\]|(.)", re.DOTALL)
_STARS = 12
"""In one pattern: looking for more takes time that grows with each."""


@cache
def globbed(pattern: str) -> re.Pattern[str]:
    """`**/` is any folders, `*` and `?` stay in one name, `{a,b}` is either."""
    plain = re.sub(r"(?:\*\*/)+", "**/", pattern)
    if plain.count("*") > _STARS:
        plain = re.sub(r"[*?{\[]", "", plain)
    return re.compile("".join(_part(found) for found in _PART.finditer(plain)), re.DOTALL)


def _part(found: re.Match[str]) -> str:
    if found[1] is not None:
        return f"(?:{'|'.join(globbed(one).pattern for one in found[1].split(','))})"
    if found[2]:
        letters = re.escape(found[2].removeprefix("!")).replace(r"\-", "-")
        return f"[{'^' if found[2].startswith('!') else ''}{letters}]"
    return {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(found[0], re.escape(found[0]))
