"""`redfirst version`"""

from __future__ import annotations

from typing import Annotated

import typer


def version(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say which release this is."""
    import json
    import platform

    from bot.release import release

    if as_json:
        typer.echo(json.dumps({"redfirst": release(), "python": platform.python_version()}))
    else:
        typer.echo(f"redfirst {release()}")
