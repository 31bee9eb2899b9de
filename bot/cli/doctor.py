"""`redfirst doctor`"""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.going import go


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check everything that `serve` needs, and say what to do about what is missing."""
    from bot.checkup import check_up
    from bot.cli.showing import console

    findings = go(check_up(), as_json=as_json)
    if as_json:
        for finding in findings:
            typer.echo(finding.model_dump_json())
    else:
        to = console()
        for finding in findings:
            to.print(f"{'✓' if finding.ok else '✗'} {finding.name:<9} {finding.said}", markup=False)
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)
