"""`redfirst demo`"""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.going import go


def demo(
    stay: Annotated[bool, typer.Option(help="Leave everything running, to look around.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Play the main job, offline: a labelled issue becomes a draft pull request with a proof."""
    from bot.demo.play import play

    raise typer.Exit(go(play(stay=stay, as_json=as_json), as_json=as_json))
