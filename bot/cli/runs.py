"""`redfirst runs list|show|output|resume|cancel|migrate`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.going import MOST, fail, go

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.store.port import Store
    from workflows.engine.entries import Row

app = typer.Typer(no_args_is_help=True, help="Look at runs, answer them, and stop them.")

Evidence = Literal["diff", "proof", "attestation"]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """The newest runs."""
    go(_list(limit, as_json=as_json), as_json=as_json)


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="The run's id, as `runs list` shows it.")],
    follow: Annotated[bool, typer.Option(help="Go on until the run rests.")] = False,
    diff: Annotated[bool, typer.Option(help="Show the change instead.")] = False,
    proof: Annotated[bool, typer.Option(help="Print the proof instead.")] = False,
    attestation: Annotated[bool, typer.Option(help="Print the proof as a signed statement.")] = False,
    as_json: AsJson = False,
) -> None:
    """What happened in a run, read off its journal."""
    if diff + proof + attestation > 1:
        fail("one of --diff, --proof and --attestation at a time", as_json=as_json)
    evidence = "diff" if diff else "proof" if proof else "attestation" if attestation else None
    go(_show(run, follow=follow, evidence=evidence, as_json=as_json), as_json=as_json)


@app.command()
def output(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    digest: Annotated[str, typer.Argument(help="Which one, or the first letters of it.")] = "",
    as_json: AsJson = False,
) -> None:
    """The whole of what commands printed that is shown in part elsewhere; without a digest, a list."""
    go(_output(run, digest, as_json=as_json), as_json=as_json)


@app.command()
def cancel(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "cancelled on the command line",
    as_json: AsJson = False,
) -> None:
    """Stop a run for good."""
    go(_cancel(run, reason, as_json=as_json), as_json=as_json)


@app.command()
def resume(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    answer: Annotated[str, typer.Argument(help="The answer as JSON; - reads it from standard input.")],
    at: Annotated[str | None, typer.Option(help="The place that is meant, where several wait.")] = None,
    key: Annotated[str | None, typer.Option(help="Names the answer: the same key is the same one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Give a run the answer that it waits for; `runs show` says which."""
    go(_resume(run, answer, at, key, as_json=as_json), as_json=as_json)


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """List the runs that this release cannot go on with, and what can be done about each."""
    go(_migrate(as_json=as_json), as_json=as_json)


async def _list(limit: int, *, as_json: bool) -> None:
    from bot.cli.showing import console
    from bot.settings import load
    from bot.wiring import store_of

    async with store_of(load()) as store:
        found = await store.runs(limit)
    if as_json:
        for one in found:
            typer.echo(one.model_dump_json(include={"id", "workflow", "status", "path", "created_at"}))
        return
    to = console()
    if not found:
        to.print("There are no runs yet.")
    for one in found:
        subject = one.trigger.subject
        to.print(
            f"{one.id}  {one.status:<10} {one.created_at:%Y-%m-%d %H:%M}  {subject}  {one.path}", markup=False
        )


async def _show(run: str, *, follow: bool, evidence: Evidence | None, as_json: bool) -> None:
    from bot.cli.showing import console, show_all
    from bot.cli.telling import follow as following
    from bot.settings import load
    from bot.wiring import store_of

    settings = load()
    async with store_of(settings) as store:
        about = await store.run(run)
        rows = await store.rows(run)
        if evidence:
            typer.echo(await _evidence(settings, rows, evidence, as_json=as_json))
            return
        shown = following(store, run) if follow and not about.status.ended else _each(rows)
        if as_json:
            async for row in shown:
                typer.echo(row.model_dump_json())
            return
        to = console()
        title = f"{about.id}  {about.status}  {about.trigger.subject}: {about.trigger.issue.title}"
        to.print(title, style="bold", markup=False)
        await show_all(to, shown)


async def _each(rows: list[Row]):
    for row in rows:
        yield row


async def _evidence(settings: Settings, rows: list[Row], what: Evidence, *, as_json: bool) -> str:
    from bot.attesting import attested
    from bot.evidence import diff_of, proof_of, why_no_proof
    from bot.wiring import blobs_of

    found = await proof_of(rows, blobs_of(settings))
    if found is None:
        fail(why_no_proof(rows), as_json=as_json)
    match what:
        case "diff":
            return await diff_of(rows, blobs_of(settings))
        case "proof":
            return found.model_dump_json(indent=2)
        case "attestation":
            signed = attested(found, settings.proof_key.get_secret_value())
            return signed.model_dump_json(by_alias=True, indent=2)


async def _output(run: str, digest: str, *, as_json: bool) -> None:
    import json

    from bot.outputs import one_of, outputs_of, text_of
    from bot.settings import load
    from bot.wiring import blobs_of, store_of

    settings = load()
    async with store_of(settings) as store:
        found = outputs_of(await store.rows(run))
    if digest:
        one = one_of(found, digest)
        text = await text_of(one, blobs_of(settings))
        typer.echo(json.dumps({**one.model_dump(), "text": text}) if as_json else text)
        return
    for one in found:
        shown = f"{one.digest[:12]}  {one.bytes:>10,} bytes  {one.at}"
        typer.echo(one.model_dump_json() if as_json else shown)
    if not found and not as_json:
        typer.echo("All that its commands printed is in its journal: redfirst runs show")


async def _cancel(run: str, reason: str, *, as_json: bool) -> None:
    import getpass
    import json

    from bot.settings import load
    from bot.wiring import store_of
    from workflows.engine import signals

    settings = load()
    async with store_of(settings) as store:
        new = await signals.cancel(store, run, by=getpass.getuser(), reason=reason)
        told = await _told(settings, store, run)
    said = f"{'cancelled' if new else 'had been cancelled before'}{f'; {told}' if told else ''}"
    typer.echo(json.dumps({"ok": True, "run": run, "new": new, "said": told}) if as_json else f"{run} {said}")


async def _told(settings: Settings, store: Store, run: str) -> str:
    """It is stopped whether GitHub can be told or not; said again, the command tells it then."""
    from bot import halted
    from bot.breakers import Breakers
    from bot.evidence import readable
    from bot.github.guarded import GuardedForge
    from bot.wiring import door_of
    from workflows.errors import Problem

    forge = GuardedForge(settings, Breakers())
    try:
        about, rows = await store.run(run), await readable(store, run)
        is_told = await halted.tell(door_of(store, forge, settings), about, rows)
    except Problem as problem:
        return f"what GitHub shows of it could not be ended: {problem.sentence}"
    finally:
        await forge.close()
    return "GitHub shows it" if is_told else ""


async def _resume(run: str, answer: str, at: str | None, key: str | None, *, as_json: bool) -> None:
    import getpass
    import json
    import sys

    from bot.announcing import announce
    from bot.bus.port import Topic
    from bot.settings import load
    from bot.wiring import store_of
    from workflows.engine import signals
    from workflows.registry import WORKFLOWS

    try:
        text = sys.stdin.read() if answer == "-" else answer
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        fail(f"the answer is not JSON: {error}", as_json=as_json)
    settings = load()
    async with store_of(settings) as store:
        tree = WORKFLOWS.find((await store.run(run)).workflow)
        # The same words at another place, or in the next turn of a loop, are another answer.
        place = at or signals.place_meant(await store.rows(run))
        key = key or f"cli {place} {text.strip()}"
        new = await signals.resume(store, tree, run, told, by=getpass.getuser(), key=key, at=at)
    when = await announce(settings, [(Topic.RUNS, run)]) if new else ""
    said = f"is answered: {when}" if new else "had been given this answer before"
    typer.echo(json.dumps({"ok": True, "run": run, "new": new, "said": when}) if as_json else f"{run} {said}")


async def _migrate(*, as_json: bool) -> None:
    from bot.cli.showing import console
    from bot.migrating import waiting
    from bot.settings import load
    from bot.wiring import store_of

    async with store_of(load()) as store:
        found = await waiting(store)
    if as_json:
        for one in found:
            typer.echo(one.model_dump_json())
        return
    to = console()
    if not found:
        to.print("Every run that has not ended can go on with this release.")
    for one in found:
        begun = f"begun by release {one.release} ({one.definition[:12]})"
        to.print(f"{one.run}  {one.status:<10} {one.workflow}  {begun}", markup=False)
    if found:
        to.print(
            "Stop them: redfirst runs cancel RUN. Or let the release that began them finish them: beside "
            "this one where both have the same schema, or on the backup from before the upgrade.",
        )
