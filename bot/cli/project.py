"""`redfirst project show`"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.correcting import InPath, Setup, Test, options
from bot.cli.going import go

if TYPE_CHECKING:
    from workflows.project.model import Project

app = typer.Typer(no_args_is_help=True, help="Look at what is detected in a repository.")


@app.callback()
def group() -> None:
    """Keeps `show` a word of its own, however few there are."""


@app.command()
def show(
    repo: Annotated[Path, typer.Option(help="The repository; what is committed counts.")] = Path(),
    path: InPath = None,
    setup: Setup = None,
    test: Test = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What is detected, and where each of it was read. Nothing is run."""
    from bot.cli.showing import console
    from bot.local.project import project_at

    project = go(project_at(repo, options(path, setup, test)), as_json=as_json)
    if as_json:
        typer.echo(project.model_dump_json())
        return
    to = console()
    for name, value, source in _lines(project):
        said = "".join(char if char.isprintable() else "�" for char in value)
        to.print(f"{name:<8} {said}{f'   ({source})' if source else ''}", markup=False)


def _lines(project: Project) -> Iterator[tuple[str, str, str]]:
    from workflows.project.environment import commands_of
    from workflows.project.words import in_short

    yield "project", f"{in_short(project)} {project.version}".strip(), ""
    yield "path", project.path.value or ".", project.path.source
    if project.image.value:
        yield "image", project.image.value, project.image.source
    for line in commands_of(project):
        yield "set-up", line, project.setup.source
    if not project.setup.value:
        yield "set-up", "none", project.setup.source
    yield "test", project.test.value or "none was found", project.test.source
    if project.junit.value:
        yield "junit", project.junit.value, project.junit.source
    for host in project.hosts:
        yield "host", host.value, host.source
    yield "witness", project.witness, project.witness_source
    yield "checkers", project.diagnostics, project.diagnostics_source
    for name, most in project.narrowed:
        if most is not None:
            yield "limit", f"{name} {most}", ""
    for note in project.notes:
        yield "note", note, ""
