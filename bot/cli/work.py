"""`redfirst work`"""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.going import go


def work(
    at_once: Annotated[int, typer.Option(min=1, help="How many runs to advance at once.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="Say that it is ready as JSON.")] = False,
) -> None:
    """Work on what `serve` received; as many of these as you like, on PostgreSQL and NATS."""
    from bot.serving import work as working

    go(working(at_once, as_json=as_json), as_json=as_json)
