"""`redfirst fix --repo . --issue bug.md`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.correcting import InPath, Setup, Test, options
from bot.cli.going import go


def fix(
    repo: Annotated[Path, typer.Option(help="The repository; what is committed counts.")],
    issue: Annotated[Path, typer.Option(help="A text file with the issue; its first line is the title.")],
    model: Annotated[
        str | None, typer.Option(help="Such as anthropic/claude-sonnet-4-5, openai/gpt-5 or ollama/qwen3.")
    ] = None,
    path: InPath = None,
    setup: Setup = None,
    test: Test = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Fix an issue in a local repository: a branch and a proof, without GitHub.

    Stopped half-way, the same command goes on where it stopped.
    """
    from bot.local.fixing import fix_locally

    raise SystemExit(
        go(fix_locally(repo, issue, model, options(path, setup, test), as_json=as_json), as_json=as_json)
    )
