"""The demo: somebody labels an issue, and everything that follows happens for real, on loopback."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from pathlib import Path

import typer

from bot.cli.showing import console, show, show_all
from bot.cli.telling import Line, follow
from bot.demo.scene import LABEL, REPOSITORY, Scene, scene
from bot.demo.server import server
from bot.evidence import diff_of, proof_of
from bot.settings import Settings, load
from bot.store.port import Run, Store
from bot.wiring import blobs_of, store_of
from workflows.engine.status import RunStatus
from workflows.errors import OperatorProblem
from workflows.ports.frozen import Frozen

ISSUE = 1
STARTS_WITHIN = 30.0


class _Result(Frozen):
    ok: bool
    run: str
    status: RunStatus
    pull_request: str
    proof: str
    seconds: float


async def play(*, stay: bool, as_json: bool) -> int:
    began = time.monotonic()
    settings = load()
    home = settings.data_dir / "demo"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    here = settings.model_copy(update={"data_dir": home, "database_url": ""})
    secret = secrets.token_hex(16)
    to = console()
    to.quiet = as_json
    async with scene() as stage:
        environment = {**stage.environment(secret), "REDFIRST_DATABASE_URL": "", "NATS_URL": ""}
        environment["REDFIRST_ALLOW_PROCESS_SANDBOX"] = "true"  # the project is our own
        environment |= _sandbox(settings)
        async with server(environment, home, home / "serve.log") as url, store_of(here) as store:
            show(to, Line(f"redfirst serve listens on {url}, with its own store and nats-server"))
            show(to, Line(f"a stand-in GitHub is at {stage.standin.url}; the model follows a script"))
            stage.standin.connect_hook(f"{url}/webhooks/github", secret)
            await stage.standin.label(REPOSITORY, ISSUE, LABEL, by="maintainer")
            show(to, Line(f"@maintainer puts {LABEL} on {REPOSITORY}#{ISSUE}: {_title(stage)}"))
            for delivery in await stage.standin.deliveries():
                show(to, Line(f"signed webhook {delivery.event}: {delivery.status_code}"))
            run = await _started(store)
            await show_all(to, follow(store, run.id), verbose=False)
            result = await _result(stage, here, store, run.id, time.monotonic() - began)
            if as_json:
                typer.echo(result.model_dump_json())
            else:
                await _evidence(stage, here, store, result)
            if stay:
                to.print(f"\nEverything stays up; look at {stage.standin.url}. Ctrl-C ends it.", markup=False)
                await asyncio.Event().wait()
    return 0 if result.ok else 1


def _sandbox(settings: Settings) -> dict[str, str]:
    """An engine without the image is of no use to a demo that shall work offline: then bubblewrap."""
    return {"REDFIRST_SANDBOX": "process"} if settings.sandbox == "auto" else {}


def _title(stage: Scene) -> str:
    return stage.standin.issue(REPOSITORY, ISSUE).title


async def _started(store: Store) -> Run:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        found = await store.last_run(f"{REPOSITORY}#{ISSUE}")
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise OperatorProblem("no run was started; serve.log in the demo's folder says why")


async def _result(stage: Scene, here: Settings, store: Store, run_id: str, seconds: float) -> _Result:
    run = await store.run(run_id)
    proof = await proof_of(await store.rows(run_id), blobs_of(here))
    pulls = stage.standin.pulls(REPOSITORY)
    where = here.data_dir / "proof.json"
    if proof is not None:
        where.write_text(proof.model_dump_json(indent=2))
    return _Result(
        ok=run.status is RunStatus.SUSPENDED and proof is not None and len(pulls) == 1,
        run=run_id,
        status=run.status,
        pull_request=f"{stage.standin.url}/{REPOSITORY}/pull/{pulls[0].number}" if pulls else "",
        proof=str(where),
        seconds=round(seconds, 1),
    )


async def _evidence(stage: Scene, here: Settings, store: Store, result: _Result) -> None:
    from rich.markdown import Markdown
    from rich.panel import Panel
    from rich.syntax import Syntax

    to = console(wrap=True)
    for pull in stage.standin.pulls(REPOSITORY):
        state = "draft" if pull.pull and pull.pull.draft else "ready"
        to.print(
            Panel(Markdown(_without_markup(pull.body or "")), title=f"#{pull.number} {pull.title} ({state})")
        )
    diff = await diff_of(await store.rows(result.run), blobs_of(here))
    to.print(Panel(Syntax(diff, "diff", theme="ansi_dark", background_color="default"), title="the change"))
    plain = console()
    plain.print(f"Label to draft pull request in {result.seconds} s. To look further:", markup=False)
    for what in ("", " --diff", " --proof"):
        home = _short(here.data_dir)
        plain.print(f"  REDFIRST_DATA_DIR={home} redfirst runs show {result.run}{what}", markup=False)
    plain.print(f"The proof: {_short(Path(result.proof))}", markup=False)


def _without_markup(body: str) -> str:
    import re

    return re.sub(r"<!--.*?-->|</?(?:details|summary|sub)>", "", body, flags=re.DOTALL)


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
