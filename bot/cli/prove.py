"""`redfirst prove --base main`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.correcting import InPath, Setup, Test, options
from bot.cli.going import fail, go

if TYPE_CHECKING:
    from bot.local.proving import Asked
    from workflows.proof.proving import Trial
    from workflows.proof.statement import Proof


def prove(
    repo: Annotated[Path, typer.Option(help="The repository; what is committed counts.")] = Path(),
    base: Annotated[str, typer.Option(help="What the change is made to; the trunk if not given.")] = "",
    head: Annotated[str, typer.Option(help="The change: a branch or a commit.")] = "HEAD",
    issue: Annotated[Path | None, typer.Option(help="The issue as text: its crash has to be shown.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the proof.")] = None,
    path: InPath = None,
    setup: Setup = None,
    test: Test = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Hold a change of yours to the rules: its test fails without the fix, passes with it, nothing breaks."""
    from bot.local.proving import Asked

    asked = Asked(repo, base, head, _text(issue), options(path, setup, test))
    trials, proof = go(_prove(asked, quiet=as_json), as_json=as_json)
    if proof is not None and out is not None:
        _keep(proof, out)
    if as_json:
        typer.echo(json.dumps({"ok": proof is not None, "trials": [_told(trial) for trial in trials]}))
    else:
        typer.echo("proven" if proof is not None else "not proven")
    raise SystemExit(0 if proof is not None else 1)


async def _prove(asked: Asked, *, quiet: bool) -> tuple[list[Trial], Proof | None]:
    from bot.cli.showing import console, show
    from bot.cli.telling import Line
    from bot.local.proving import prove_change
    from workflows.proof.proving import Trial

    trials: list[Trial] = []
    to = console()
    async for said in prove_change(asked):
        if not isinstance(said, Trial):
            return trials, said
        trials.append(said)
        if not quiet:
            tone = "good" if said.holds else "bad"
            show(to, Line(f"{said.name}: {said.said}", tone, said.feedback))
    return trials, None


def _told(trial: Trial) -> dict[str, str | bool]:
    return {"name": trial.name, "holds": trial.holds, "said": trial.said, "feedback": trial.feedback}


def _text(issue: Path | None) -> str:
    if issue is None:
        return ""
    try:
        return issue.read_text()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{issue} cannot be read as text: {error}")


def _keep(proof: Proof, out: Path) -> None:
    try:
        out.write_text(proof.model_dump_json(indent=2))
    except OSError as error:
        fail(f"{out} cannot be written: {error.strerror}")
