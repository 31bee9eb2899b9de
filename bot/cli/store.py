"""`redfirst store check|backup|restore|prune`"""

from __future__ import annotations

import json
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.going import INTERRUPTED, TERMINATED, Terminated, fail

if TYPE_CHECKING:
    from datetime import timedelta

    from pydantic import BaseModel

    from bot.store.maintenance.digests import Folder
    from bot.store.maintenance.manifest import Manifest
    from bot.store.maintenance.place import Place

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Check the store, back it up, restore it, prune it.")

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


@app.command()
def check(as_json: AsJson = False) -> None:
    """Read all that is kept, and say what is wrong and what to do; exit code 1 when something is."""
    from bot.store.maintenance.check import check as checking

    report = _go(lambda: checking(*_here()), as_json=as_json)
    whole = not report.findings
    if as_json:
        _say_json(report, ok=whole)
    else:
        typer.echo(report.summary)
        for finding in report.findings:
            typer.echo(_plain(f"✗ {finding.line}"))
        typer.echo("✓ nothing is wrong" if whole else f"{len(report.findings)} things are wrong")
    raise typer.Exit(0 if whole else 1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to, such as redfirst-2026-11-21.tar.gz.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write everything to one file, as it is at this moment; the bot may go on meanwhile."""
    from bot.store.maintenance.backup import backup as backing_up

    made = _go(lambda: backing_up(*_here(), file, force=force), as_json=as_json)
    if as_json:
        _say(file=str(file), revision=made.revision, **_counts(made))
        return
    typer.echo(f"{file}: {made.summary}")
    _warn(made)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `store backup` wrote, of either kind of database.")],
    as_json: AsJson = False,
) -> None:
    """Put a backup into an empty store: all of it, or nothing. Stop the bot before."""
    from bot.store.maintenance.restore import restore as restoring

    made = _go(lambda: restoring(*_here(make=True), file), as_json=as_json)
    if as_json:
        _say(file=str(file), revision=made.revision, **_counts(made))
    else:
        typer.echo(f"restored {made.summary}, as of {made.made_at:%Y-%m-%d %H:%M:%S} UTC")
        _warn(made)


@app.command()
def prune(
    older_than: Annotated[str, typer.Option(help="How long ago it ended: 90d, 12w, 36h.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    vacuum: Annotated[
        bool, typer.Option("--vacuum", help="Write SQLite's file anew, without holes. Stop the bot before.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove runs that ended long ago, payloads of old deliveries, and blobs that nothing refers to."""
    from bot.store.maintenance.prune import prune as pruning

    age = _age(older_than, as_json=as_json)
    done = _go(lambda: pruning(*_here(), age, dry_run=dry_run, vacuum=vacuum), as_json=as_json)
    if as_json:
        _say_json(done)
        return
    typer.echo(done.summary)
    if done.note:
        typer.echo(done.note)


def _here(*, make: bool = False) -> tuple[Place, Folder]:
    from bot.settings import load
    from bot.store.maintenance.digests import Folder
    from bot.store.maintenance.place import place_at

    settings = load()
    if make:
        from bot.wiring import make_data_dir

        make_data_dir(settings)
    return place_at(settings.store_url), Folder(settings.blobs_dir)


def _counts(made: Manifest) -> dict[str, object]:
    tables = {part.table: part.rows for part in made.tables}
    return {"tables": tables, "blobs": len(made.blobs), "missing_blobs": made.missing_blobs}


def _warn(made: Manifest) -> None:
    if made.missing_blobs:
        typer.echo(
            f"redfirst: {len(made.missing_blobs)} blobs that rows need were not there or damaged when the "
            "backup was made: `redfirst store check` says which",
            err=True,
        )


def _age(text: str, *, as_json: bool) -> timedelta:
    from datetime import timedelta

    found = re.fullmatch(r"([0-9]{1,5})([hdw])", text)
    if found is None:
        fail(f"{text!r} is not an age: give hours, days or weeks, such as 36h, 90d or 12w", as_json=as_json)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _go(work: Callable[[], T], *, as_json: bool) -> T:
    """In this thread and without an event loop, so that Ctrl-C and SIGTERM end it where it is."""
    from workflows.errors import Problem

    signal.signal(signal.SIGTERM, _terminate)
    try:
        return work()
    except Problem as problem:
        fail(problem.sentence, who=problem.who, as_json=as_json)
    except Terminated:
        sys.exit(TERMINATED)
    except KeyboardInterrupt:
        typer.echo("redfirst: stopped", err=True)
        sys.exit(INTERRUPTED)


def _terminate(*_: object) -> None:
    raise Terminated


def _say(**values: object) -> None:
    typer.echo(json.dumps({"ok": True, **values}))


def _say_json(said: BaseModel, *, ok: bool = True) -> None:
    typer.echo(json.dumps({"ok": ok, **said.model_dump(mode="json")}))


def _plain(text: str) -> str:
    """What stands in a damaged row may hold escapes."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
