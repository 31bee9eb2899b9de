"""`redfirst sandbox build|check|gc`"""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.going import fail, go

app = typer.Typer(no_args_is_help=True, help="The places that tests run in.")

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command()
def build(
    name: Annotated[
        str, typer.Option(help="What to call it; REDFIRST_SANDBOX_IMAGE if nothing is said.")
    ] = "",
    base: Annotated[
        str, typer.Option(help="Another image to build it on, such as one pinned by digest.")
    ] = "",
    network: Annotated[str, typer.Option(help="Of the build alone, as `docker build` has it: host.")] = "",
    as_json: AsJson = False,
) -> None:
    """Build the image that tests run in: Python, Node, git, ripgrep and build tools."""
    go(_build(name, base, network, as_json=as_json), as_json=as_json)


@app.command()
def check(
    command: Annotated[
        list[str] | None, typer.Argument(help="A command to run in one, after `--`; nothing runs `true`.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make one as a run would, run a command in it, and take it away."""
    go(_check(command or ["true"], as_json=as_json), as_json=as_json)


@app.command()
def gc(as_json: AsJson = False) -> None:
    """Take away what no live run owns. Workers do so by themselves, when they begin and while they work."""
    go(_gc(as_json=as_json), as_json=as_json)


async def _build(name: str, base: str, network: str, *, as_json: bool) -> None:
    import asyncio
    import json
    from pathlib import Path

    from bot.sandboxes.docker.building import build as built
    from bot.sandboxes.docker.engine import Engine
    from bot.settings import load

    settings = load()
    name = name or settings.sandbox_image
    engine = await Engine.open(settings.docker_host)
    ca = Path(settings.ca_bundle) if settings.ca_bundle else None

    def work() -> str:
        for line in built(engine.client, name, base=base, network=network, ca=ca):
            typer.echo(line, err=as_json)
        return str(engine.client.images.get(name).id)

    try:
        # In a thread that nobody waits for at Ctrl-C: the engine ends the build when we are gone.
        image = await asyncio.to_thread(work)
    finally:
        await engine.close()
    typer.echo(
        json.dumps({"ok": True, "image": name, "id": image}) if as_json else f"built {name} ({image[:19]})"
    )


async def _check(command: list[str], *, as_json: bool) -> None:
    import json
    import sys

    from bot.settings import load
    from bot.wiring import sandboxes_of
    from workflows.ports.sandbox import SandboxSpec

    settings = load()
    sandboxes = await sandboxes_of(settings, trusted=True)
    try:
        sandbox = await sandboxes.create(SandboxSpec(run="check"))
        try:
            ran = await sandbox.exec(command, timeout=120)
        finally:
            await sandbox.destroy()
    finally:
        await sandboxes.close()
    facts = sandbox.facts
    if as_json:
        typer.echo(json.dumps({"ok": ran.ok, "sandbox": facts.model_dump(), "ran": ran.model_dump()}))
    else:
        typer.echo(ran.stdout, nl=False)
        typer.echo(ran.stderr, nl=False, err=True)
        typer.echo(
            f"{facts.kind}, {facts.image}, {facts.runtime}, network {facts.network}".replace(", ,", ","),
            err=True,
        )
    if ran.timed_out:
        fail("the command took longer than 120 s and was killed", as_json=as_json)
    if not ran.ok:
        sys.exit(ran.code)


async def _gc(*, as_json: bool) -> None:
    import json

    from bot.settings import load
    from bot.wiring import sandboxes_of, store_of

    settings = load()
    async with store_of(settings) as store:
        live = await store.live_runs()
        sandboxes = await sandboxes_of(settings, trusted=True)
        try:
            removed = await sandboxes.reap(live)
            trimmed = await sandboxes.trim()
        finally:
            await sandboxes.close()
    if as_json:
        said = {"ok": True, "removed": removed, "environments_removed": trimmed, "live_runs": len(live)}
        typer.echo(json.dumps(said))
        return
    more = f", {trimmed} environments" if trimmed else ""
    kept = f"; {len(live)} runs are live" if live else ""
    typer.echo(f"{removed} {'sandbox' if removed == 1 else 'sandboxes'}{more} removed{kept}")
