"""Text that people do not see, but a model would: it is taken out, and named to whoever asked for it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

# To the end where it is not closed: so GitHub shows it. The last kinds are Markdown's ways to say nothing, as
# the title of an address is, and a footnote that nobody need refer to.
_COMMENT = re.compile(
    r"<!--(?:-?>|.*?(?:-->|\Z))"
    r"|<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<![A-Za-z][^>]*(?:>|\Z)"
    r"|^ {0,3}\[[^\]\n]+\]:[ \t]*[^\s]+[ \t]*(?:\([^\n]*\)|\"[^\n]*\"|'[^\n]*')[ \t]*\r?$"
    r"|^ {0,3}\[\^[^\]\n]+\]:[^\n]*$",
    re.DOTALL | re.MULTILINE,
)
# What an element says to those who do not see it.
_ELEMENT = re.compile(r"<[A-Za-z](?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+>")
_ATTRIBUTE = re.compile(
    r"\s(?:alt|title|aria-[a-z]+|data-[a-z-]+)\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'>]++)", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")

_KINDS = {
    "zero-width character": r"\u034f\u180e\u200b-\u200d\u2060\ufeff",
    "text-direction character": r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    "tag character": r"\U000e0000-\U000e007f",
    "variation selector": r"\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef",
    "control character": r"\x00-\x08\x0b-\x1f\x7f-\x9f",
    "invisible character": r"\xad\u115f\u1160\u17b4\u17b5\u2028\u2029\u2061-\u2065\u206a-\u206f\u3164\uffa0"
    r"\ufff0-\ufffb\U000e0080-\U000e00ff\U000e01f0-\U000e0fff",
}
_KIND = {kind: re.compile(f"[{members}]") for kind, members in _KINDS.items()}
_HIDDEN = re.compile(f"[{''.join(_KINDS.values())}]")


def visible(text: str) -> str:
    """Without characters that nobody sees, or that turn others around. For what is not Markdown."""
    return _HIDDEN.sub("", text)


def shown(text: str) -> str:
    """Markdown as GitHub shows it: without comments either."""
    return visible(_without_attributes(_COMMENT.sub("", _spelled(text)))[0])


def uncovered(code: str) -> str:
    """What is no prose must be seen as it is: what turns the text around is part of what a program does."""
    return _HIDDEN.sub(lambda found: f"<U+{ord(found[0]):04X}>", code.replace("\r\n", "\n"))


def unseen(*texts: str) -> tuple[str, ...]:
    """What is hidden in Markdown, such as `2 HTML comments` and `13 zero-width characters`."""
    counted: Counter[str] = Counter()
    for text in texts:
        spelled = _spelled(text)
        left, comments = _COMMENT.subn("", spelled)
        counted["HTML comment"] += comments
        counted["HTML attribute"] += _without_attributes(left)[1]
        counted.update(_hidden_characters(spelled.replace("\r\n", "\n")))
    return _said(counted)


def unseen_characters(code: str) -> tuple[str, ...]:
    """What is hidden in what is no Markdown."""
    return _said(Counter(_hidden_characters(code.replace("\r\n", "\n"))))


def _said(counted: Counter[str]) -> tuple[str, ...]:
    kinds = ("HTML comment", "HTML attribute", *_KINDS)
    return tuple(f"{counted[kind]} {kind}{'s' * (counted[kind] > 1)}" for kind in kinds if counted[kind])


def _spelled(text: str) -> str:
    """With the characters that nobody sees as themselves, where they are spelled as HTML does."""

    def character(found: re.Match[str]) -> str:
        meant = html.unescape(found[0])
        return meant if _HIDDEN.fullmatch(meant) else found[0]

    return _ENTITY.sub(character, text)


def _without_attributes(text: str) -> tuple[str, int]:
    counted = 0

    def bare(element: re.Match[str]) -> str:
        nonlocal counted
        left, found = _ATTRIBUTE.subn("", element[0])
        counted += found
        return left

    return _ELEMENT.sub(bare, text), counted


def _hidden_characters(text: str) -> Iterator[str]:
    for found in _HIDDEN.finditer(text):
        if not _makes_an_emoji(text, found.start()):
            yield next(kind for kind, members in _KIND.items() if members.match(found[0]))


def _makes_an_emoji(text: str, at: int) -> bool:
    """A heart is red by a variation selector, and a family is joined: one alone says nothing."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if text[at] == "\ufe0f":
        return after == "\u20e3" or _category(before) in {"So", "Sm"}
    if text[at] == "\u200d":
        return _category(after) == "So" and (before == "\ufe0f" or _category(before) in {"So", "Sk"})
    return False


def _category(character: str) -> str:
    return unicodedata.category(character) if character else ""
