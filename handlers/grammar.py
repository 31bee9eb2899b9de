"""`/agent <verb> [--key="value" …]` on the first line of a comment; the lines that follow are context."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

COMMAND = "/agent"

_NONE: frozenset[str] = frozenset()
_PROJECT = frozenset({"setup", "test", "path"})
"""What was detected, put right. Each has a value."""

VERBS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "fix": _PROJECT | {"plan"},
        "plan": _PROJECT,
        "approve": _NONE,
        "reject": _NONE,
        "revise": _NONE,
        "review": _NONE,
        "repro": _PROJECT | {"pr"},
        "ask": _NONE,
        "retry": _PROJECT,
        "stop": _NONE,
        "status": _NONE,
        "budget": _NONE,
        "forget": _NONE,
        "config": _NONE,
        "help": _NONE,
    }
)
"""Each verb with the options that it takes."""

_PROSE = frozenset({"ask", "revise", "reject"})
"""After whose first word people may write what they like, dashes included."""
_SWITCHES = frozenset({"plan", "pr"})
_ON, _OFF = frozenset({"", "yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})

_OPTION = re.compile(r"--(?P<key>[a-z][a-z-]*)(?:=(?P<value>\S*))?")
# Only after `=`: an apostrophe in a sentence opens nothing. A phone makes curly ones of straight ones.
_QUOTED = re.compile(
    r"""--(?P<key>[a-z][a-z-]*)=(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)'|“(?P<curly>[^“”]*)”)(?!\S)"""
)
_OPENS = re.compile(r"""--(?P<key>[a-z][a-z-]*)=["'“]""")
# A phone makes one dash of two.
_PHONE = re.compile(r"(?<=\s)[—–](?=[a-z])")
_WORD = re.compile(r"\S+")
_ESCAPED = re.compile(r"""\\(["\\])""")


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
    first = _PHONE.sub("--", first)
    words = first.split(maxsplit=2)
    # Nothing may stand before it: quotes, indented code and mentions in a sentence are not commands.
    if not words or words[0].lower() != COMMAND or first[:1].isspace():
        return None
    verb = words[1].lower() if len(words) > 1 else "help"
    if verb not in VERBS:
        return Misunderstood(said=verb, nearest=_nearest(verb, VERBS, "help"))
    options: list[tuple[str, str]] = []
    said: list[str] = []
    for word, value in _words(words[2] if len(words) > 2 else ""):
        option = _OPTION.fullmatch(word)
        plain = not word.startswith("--" if verb in _PROSE else "-")
        if (option is None and plain) or (verb in _PROSE and said):
            said.append(word)
            continue
        key = option["key"] if option else word
        if option is None or key not in VERBS[verb]:
            return Misunderstood(said=word, nearest=_nearest(key, VERBS[verb], ""), is_option=True)
        given = option["value"] if value is None else value
        if key in _SWITCHES:
            if (given or "").lower() not in _ON | _OFF:
                return Misunderstood(said=word, nearest=key, is_option=True)
            if (given or "").lower() in _OFF:
                continue
            given = ""
        if key in _PROJECT and (given is None or (value is None and _OPENS.match(word))):
            # Without a value, or with quotes that do not close: to guess where it ends would run half of it.
            return Misunderstood(said=word, nearest=f'{key}="…"', is_option=True)
        options.append((key, given or ""))
    context = "\n".join(part for part in (" ".join(said), rest.strip()) if part)
    return Command(verb=verb, options=tuple(options), words=tuple(said), context=context)


def _words(line: str) -> Iterator[tuple[str, str | None]]:
    """Each with the value that stood in quotes, where one did; the word is then its key alone."""
    at = 0
    while (word := _WORD.search(line, at)) is not None:
        quoted = _QUOTED.match(line, word.start())
        if quoted is None:
            at = word.end()
            yield word[0], None
            continue
        at = quoted.end()
        double = quoted["double"]
        value = (quoted["single"] or quoted["curly"] or "") if double is None else _ESCAPED.sub(r"\1", double)
        yield f"--{quoted['key']}", value


def _nearest(said: str, known: Mapping[str, object] | frozenset[str], otherwise: str) -> str:
    return next(iter(difflib.get_close_matches(said, list(known), n=1, cutoff=0.5)), otherwise)
