"""`redfirst workflows list|show`"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli.going import fail

app = typer.Typer(no_args_is_help=True, help="Look at what runs do, step by step.")

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """The workflows of this release."""
    from workflows.engine.definition import digest
    from workflows.registry import WORKFLOWS

    for tree in WORKFLOWS:
        about = {"name": tree.name, "definition": digest(tree), "takes": tree.takes.__name__}
        typer.echo(json.dumps(about) if as_json else f"{tree.name}  {about['definition'][:12]}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="The workflow's name, such as fix.")],
    as_mermaid: Annotated[bool, typer.Option("--mermaid", help="As a Mermaid flowchart.")] = False,
    as_json: AsJson = False,
) -> None:
    """The tree of a workflow: its steps, loops and waits, and what passes between them."""
    from workflows.engine.definition import digest, outline
    from workflows.engine.drawing import mermaid
    from workflows.errors import Gone
    from workflows.registry import WORKFLOWS

    try:
        tree = WORKFLOWS.find(name)
    except Gone as gone:
        fail(gone.sentence, as_json=as_json)
    if as_json:
        about = {"name": tree.name, "definition": digest(tree), "outline": outline(tree).splitlines()}
        typer.echo(json.dumps({**about, "mermaid": mermaid(tree)}))
    else:
        typer.echo(mermaid(tree) if as_mermaid else outline(tree))
