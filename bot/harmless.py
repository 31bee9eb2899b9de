"""Text from outside, as it can stand in what we write on GitHub: it notifies nobody, closes, links and loads
nothing, starts and stops nothing, and hides nothing. Code in it stays as it is, to be copied."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from workflows.unseen import visible

LONGEST_CODE = 4_000
LONGEST_PROSE = 4_000

_BREAK = "\u200b"

# The last kind would keep the checks of a commit from running.
_LINKING = re.compile(
    r"@(?=\w)|#(?=\d)|(?<![A-Za-z0-9])(?:GH-(?=\d)|www(?=\.))|\](?=[(\[:])|:(?=//)|(?<=\()/(?=/)"
    r"|\[(?=(?:skip|no) ci\]|ci skip\]|skip actions\]|actions skip\])",
    re.IGNORECASE,
)
_TRAILER = re.compile(r"^[ \t]*[A-Za-z]+(?:-[A-Za-z]+)+(?=[ \t]*:)", re.MULTILINE)

_OPENING = re.compile(r" {0,3}(?P<fence>`{3,}|~{3,})(?P<language>[^`]*)")
_LANGUAGE = re.compile(r"[A-Za-z0-9+#.-]{1,20}")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SPAN = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)")


def clipped(text: str, most: int) -> str:
    """Bounded, so that no text of a model or a test makes the whole too long for GitHub."""
    return text if len(text) <= most else f"{text[:most]} …"


def unlinked(text: str) -> str:
    """With nothing in it that GitHub takes for a mention, a reference, a link, an image or an order. For what
    is shown as it is, such as a title."""
    return _LINKING.sub(lambda found: f"{found[0]}{_BREAK}", visible(text))


def untrailed(text: str) -> str:
    """For the message of a commit, whose last lines could name its authors, or skip its checks."""
    return _TRAILER.sub(lambda found: f"{found[0]}{_BREAK}", unlinked(text))


def defused(text: str) -> str:
    """For what is Markdown. Its blocks of code are written anew, so that there is no doubt where they end."""
    return "\n".join(_blocks(visible(text).split("\n")))


def quoted(text: str) -> str:
    lines = defused(clipped(text, LONGEST_PROSE)).splitlines()
    return "\n".join(f"> {line}".rstrip() for line in lines) or "> (nothing)"


def fenced(text: str, language: str = "") -> str:
    """As code, in a fence longer than any inside."""
    text = clipped(visible(text), LONGEST_CODE)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def code(text: str) -> str:
    """For between backticks: one line, and no way out."""
    return " ".join(visible(text).replace("`", "'").split())[:200]


def _blocks(lines: list[str]) -> Iterator[str]:
    rest = iter(lines)
    for line in rest:
        opening = _OPENING.fullmatch(line)
        if opening is None:
            yield _prose(line)
            continue
        language = _LANGUAGE.fullmatch(opening["language"].strip())
        inside = "\n".join(_until(rest, opening["fence"]))
        # A blank line before: else it could still be of the list or the table above.
        yield "\n" + fenced(inside, language[0] if language else "")


def _until(lines: Iterator[str], fence: str) -> Iterator[str]:
    """To the end of the text where it is not closed: so GitHub shows it."""
    closing = re.compile(rf" {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*")
    for line in lines:
        if closing.fullmatch(line):
            return
        yield line


def _prose(line: str) -> str:
    parts: list[str] = []
    at = 0
    for span in _SPAN.finditer(line):
        parts += [_plain(line[at : span.start()]), span[0]]
        at = span.end()
    return "".join([*parts, _plain(line[at:])])


def _plain(text: str) -> str:
    # A backtick that is left over could make code of what follows with one of another line, and a backslash
    # at the end would keep the next one from beginning any.
    text = unlinked(_ENTITY.sub(_character, text))
    text = _ENTITY.sub(lambda found: f"&amp;{found[0][1:]}", text)
    text = text.replace("<", "&lt;").replace("`", f"{_BREAK}\\`")
    return f"{text}{_BREAK}" if text.endswith("\\") else text


def _character(spelled: re.Match[str]) -> str:
    """What HTML's spelling of it stands for: a mention may be spelled as well as written."""
    meant = html.unescape(spelled[0])
    return meant if meant.isprintable() else spelled[0]
