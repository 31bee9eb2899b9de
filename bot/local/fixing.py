"""A fix without GitHub, in one process: the same workflow on the local forge."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import socket
from pathlib import Path

import typer

from bot import settings as configuration
from bot.evidence import proof_of
from bot.local.forge import LocalForge
from bot.local.project import root_of
from bot.models.keys import need_models
from bot.patience import to_rest
from bot.settings import Settings
from bot.store.port import Run, Store
from bot.wiring import Plant, plant, store_of
from policies.effects import StartRun
from workflows.engine import signals
from workflows.engine.status import RunStatus
from workflows.errors import Conflict, UserProblem
from workflows.ports.frozen import Frozen
from workflows.project.asked import Options
from workflows.registry import WORKFLOWS
from workflows.trigger import Actor, IssueSnapshot, Tenant, Trigger
from workflows.verdicts import Review, Verdict


async def fix_locally(
    repo: Path, issue: Path, model: str | None, options: Options = (), *, as_json: bool
) -> int:
    """The exit code: 0 when there is a branch with a proof."""
    settings = configuration.load(model=model)
    need_models(settings)
    root, snapshot = root_of(repo), _read(issue)
    forge = LocalForge(root, settings.data_dir / "proposals")
    async with store_of(settings) as store, plant(settings, store, forge, trusted=True) as works:
        works.model.warm()
        trigger = await _trigger(store, root, snapshot, options)
        run = await works.ports.effects.perform(
            StartRun(
                key=f"{trigger.key}/start",
                repository=trigger.tenant.repository,
                workflow=trigger.workflow,
                subject=trigger.subject,
            ),
            trigger,
        )
        await _walk(settings, works, run.ref, as_json=as_json)
        return await _conclude(works, run.ref, as_json=as_json)


def _read(issue: Path) -> IssueSnapshot:
    try:
        text = issue.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UserProblem(f"{issue} cannot be read as text: {error}") from error
    title, _, body = text.strip().partition("\n")
    if not title:
        raise UserProblem(f"{issue} is empty; write the title on the first line, then what is wrong")
    number = int(hashlib.sha256(text.encode()).hexdigest()[:6], 16)
    return IssueSnapshot(number=number, title=title.lstrip("# ").strip(), body=body.strip())


async def _trigger(store: Store, root: Path, issue: IssueSnapshot, options: Options) -> Trigger:
    """The one of the run that was stopped half-way, or a new one."""
    tenant = Tenant(repository=f"local/{root.name}-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}")
    last = await store.last_run(f"{tenant.repository}#{issue.number}")
    if last is not None and not last.status.ended:
        if options and tuple(options) != last.trigger.options:
            raise UserProblem(
                f"run {last.id} of this issue was begun with other options and stopped half-way; "
                f"`redfirst runs cancel {last.id}` ends it, and the same command then begins anew"
            )
        return last.trigger
    return Trigger(
        key=secrets.token_hex(8),
        tenant=tenant,
        actor=Actor(id=os.getuid(), login="you"),
        workflow="fix",
        goal=issue.title,
        issue=issue,
        options=tuple(options),
    )


async def _walk(settings: Settings, works: Plant, run: str, *, as_json: bool) -> None:
    from bot.cli.showing import console, show_all
    from bot.cli.telling import follow

    tree = WORKFLOWS.find("fix")
    worker = f"{socket.gethostname()}-{os.getpid()}"
    going = asyncio.create_task(
        to_rest(
            tree,
            run,
            store=works.store,
            ports=works.ports,
            worker=worker,
            lease_seconds=settings.lease_seconds,
        )
    )
    telling = asyncio.create_task(_quiet() if as_json else show_all(console(), follow(works.store, run)))
    try:
        status = await going or await _rests(works.store, run)
        if status is None:
            raise Conflict(f"run {run} is being worked on by another process; try again in a while")
        await telling
    finally:
        telling.cancel()
        going.cancel()
        await asyncio.gather(going, telling, return_exceptions=True)
    if status is RunStatus.SUSPENDED:
        answer = Review(verdict=Verdict.HANDED_OVER, by="you")
        await signals.resume(works.store, tree, run, answer, by="you", key=f"{run}/handed-over")
        await to_rest(tree, run, store=works.store, ports=works.ports, worker=worker)


async def _rests(store: Store, run: str) -> RunStatus | None:
    """How a run stands that could not be advanced: one that already waits was stopped just before its end."""
    status = (await store.run(run)).status
    return status if status is RunStatus.SUSPENDED else None


async def _quiet() -> None: ...


async def _conclude(works: Plant, run_id: str, *, as_json: bool) -> int:
    run = await works.store.run(run_id)
    proof = await proof_of(await works.store.rows(run_id), works.blobs)
    done = run.status is RunStatus.COMPLETED and proof is not None
    if as_json:
        typer.echo(_result(run, proof.head_sha if proof else "", done).model_dump_json())
    elif done and proof is not None:
        typer.echo(f"\ncommit  {proof.head_sha}")
        typer.echo(f"proof   redfirst runs show {run_id} --proof")
        typer.echo(f"change  redfirst runs show {run_id} --diff")
    else:
        typer.echo(f"\nredfirst runs show {run_id} says more", err=True)
    return 0 if done else 1


class _Result(Frozen):
    ok: bool
    run: str
    status: RunStatus
    commit: str


def _result(run: Run, commit: str, ok: bool) -> _Result:
    return _Result(ok=ok, run=run.id, status=run.status, commit=commit)
