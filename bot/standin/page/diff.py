"""A diff in colour."""

from __future__ import annotations

from collections.abc import Sequence

from bot.standin.git.compare import FileChange
from bot.standin.page.html import Html, join, tag

_KINDS = {"+": "added", "-": "removed", "@": "hunk"}


def counts(additions: int, deletions: int) -> Html:
    added, removed = tag("span", f"+{additions}", class_="plus"), tag("span", f"−{deletions}", class_="minus")
    return join(added, " ", removed)


def files(changes: Sequence[FileChange]) -> Html:
    return tag("div", *(_file(change) for change in changes), class_="files")


def _file(change: FileChange) -> Html:
    name = f"{change.previous} → {change.path}" if change.previous else change.path
    status = tag("span", change.status, class_="pill") if change.status != "modified" else Html("")
    head = tag(
        "summary",
        tag("code", name),
        " ",
        status,
        tag("span", counts(change.additions, change.deletions), class_="right"),
    )
    if change.patch is None:
        body = tag("p", "No text to show.", class_="muted pad")
    else:
        body = tag("pre", *(line(text) for text in change.patch.split("\n")), class_="diff")
    return tag("details", head, body, open=True, class_="box file")


def line(given: str) -> Html:
    kind = _KINDS.get(given[:1], "")
    return tag("span", given or " ", class_=f"row-{kind}" if kind else "row")
