"""`/agent <verb> [--key=value …]` on the first line of a comment; the lines that follow are context."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

COMMAND = "/agent"

_NONE: frozenset[str] = frozenset()

VERBS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "fix": frozenset({"plan"}),
        "plan": _NONE,
        "approve": _NONE,
        "reject": _NONE,
        "revise": _NONE,
        "review": _NONE,
        "repro": frozenset({"pr"}),
        "ask": _NONE,
        "retry": _NONE,
        "stop": _NONE,
        "status": _NONE,
        "budget": _NONE,
        "forget": _NONE,
        "config": _NONE,
        "help": _NONE,
    }
)
"""Each verb with the options that it takes."""

_OPTION = re.compile(r"--(?P<key>[a-z][a-z-]*)(?:=(?P<value>\S*))?")


class Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: str
    options: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] = ()
    """What else stood on its line."""
    context: str = ""
    """The same and the lines below it, as they were written."""


class Misunderstood(BaseModel):
    """A command for us, but not one we know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: str
    nearest: str
    is_option: bool = False


def parse(comment: str) -> Command | Misunderstood | None:
    """None when the comment does not speak to us: quoted, inside code, or about something else."""
    first, _, rest = comment.partition("\n")
    words = first.split()
    # Nothing may stand before it: quotes, indented code and mentions in a sentence are not commands.
    if not words or words[0].lower() != COMMAND or first[:1].isspace():
        return None
    verb = words[1].lower() if len(words) > 1 else "help"
    if verb not in VERBS:
        return Misunderstood(said=verb, nearest=_nearest(verb, VERBS, "help"))
    options: list[tuple[str, str]] = []
    said: list[str] = []
    for word in words[2:]:
        option = _OPTION.fullmatch(word)
        if option is None and not word.startswith("-"):
            said.append(word)
            continue
        key = option["key"] if option else word
        if option is None or key not in VERBS[verb]:
            return Misunderstood(said=word, nearest=_nearest(key, VERBS[verb], ""), is_option=True)
        options.append((key, option["value"] or ""))
    context = "\n".join(part for part in (" ".join(said), rest.strip()) if part)
    return Command(verb=verb, options=tuple(options), words=tuple(said), context=context)


def _nearest(said: str, known: Mapping[str, object] | frozenset[str], otherwise: str) -> str:
    return next(iter(difflib.get_close_matches(said, list(known), n=1, cutoff=0.5)), otherwise)
