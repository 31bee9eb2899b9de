"""`redfirst serve`"""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.going import go


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say where it listens as JSON.")] = False,
) -> None:
    """Receive webhooks and work on them, in one process."""
    from bot.listening import new_loop
    from bot.serving import serve as serving

    go(serving(host, port, as_json=as_json), as_json=as_json, loop=new_loop)
