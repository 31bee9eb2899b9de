"""All commands."""

from __future__ import annotations

import typer

from bot.cli import (
    action,
    dead,
    deliveries,
    demo,
    doctor,
    fix,
    project,
    prove,
    runs,
    sandbox,
    serve,
    store,
    verify,
    version,
    work,
    workflows,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    help="Redfirst fixes issues and proves it: a failing test first, then the fix.",
)
for command in (
    *(demo.demo, serve.serve, work.work, fix.fix, prove.prove, verify.verify, action.action, doctor.doctor),
    version.version,
):
    app.command()(command)
app.add_typer(runs.app, name="runs")
app.add_typer(dead.app, name="dead")
app.add_typer(deliveries.app, name="deliveries")
app.add_typer(workflows.app, name="workflows")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(project.app, name="project")
app.add_typer(store.app, name="store")
