"""Printing lines: in colour with a spinner on a terminal, plain where there is none."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Generator
from typing import TYPE_CHECKING

from bot.cli.telling import Line, Tone, lines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from workflows.engine.entries import Row

_STYLES: dict[Tone, str] = {"plain": "", "dim": "dim", "good": "green", "bad": "yellow", "red": "bold red"}
_SIGNS: dict[Tone, str] = {"plain": "•", "dim": " ", "good": "✓", "bad": "✗", "red": "✗"}


def console(*, wrap: bool = False) -> Console:
    """Lines stay whole unless asked otherwise, so that what is copied from a terminal is what was written."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=not wrap)


def show(to: Console, line: Line) -> None:
    from rich.text import Text

    # As text, never as markup: what a model or a test wrote may hold brackets and escapes.
    to.print(Text(f"{_SIGNS[line.tone]} {safe(line.text)}", style=_STYLES[line.tone]))
    for part in line.detail.splitlines()[:12]:
        to.print(Text(f"    {safe(part)}", style=_STYLES[line.tone]))


async def show_all(to: Console, rows: AsyncIterator[Row], *, verbose: bool = True) -> None:
    with _spinner(to) as spinner:
        async for row in rows:
            for line in lines(row.entry):
                if line.text.endswith("…") and spinner is not None:
                    spinner.update(line.text)
                elif verbose or line.tone != "dim":
                    show(to, line)


def safe(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)


@contextlib.contextmanager
def _spinner(to: Console) -> Generator[Status | None]:
    if not to.is_interactive or not to.is_terminal:
        yield None
        return
    with to.status("starting …") as status:
        yield status
