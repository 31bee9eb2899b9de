"""The options by which what was detected is put right, the same on each command."""

from __future__ import annotations

from typing import Annotated

import typer

InPath = Annotated[
    str | None, typer.Option("--path", help="The project that is meant, where there are several.")
]
Setup = Annotated[
    list[str] | None,
    typer.Option("--setup", help="A line that sets it up, instead of those detected; may be repeated."),
]
Test = Annotated[str | None, typer.Option("--test", help="The command that tests it.")]


def options(path: str | None, setup: list[str] | None, test: str | None) -> tuple[tuple[str, str], ...]:
    """As they stand after a command on GitHub."""
    said = [("path", path), ("test", test), *(("setup", line) for line in setup or [])]
    return tuple((name, value) for name, value in said if value is not None)
