"""`redfirst action`"""

from __future__ import annotations

import typer

from bot.cli.going import go


def action() -> None:
    """Run inside a GitHub Actions job: read its event, do the work, set the outputs."""
    from bot.action import act

    raise typer.Exit(go(act()))
