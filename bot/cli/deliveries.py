"""`redfirst deliveries list|show|retry|sync`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.going import MOST, fail, go

if TYPE_CHECKING:
    from bot.cli.telling import Line
    from bot.store.port import Delivery, ListedDelivery, Store
    from bot.syncing import Missed

app = typer.Typer(no_args_is_help=True, help="Webhooks that arrived, and those that did not.")

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Id = Annotated[str, typer.Argument(help="As `deliveries list` shows it; GitHub calls it X-GitHub-Delivery.")]

State = Literal["waiting", "held", "handled", "ignored", "failed"]
"""As DeliveryState has them, which is not loaded for `--help`."""

LONGEST_HOURS = 7 * 24


@app.command("list")
def list_(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """The newest deliveries, and what was decided about each."""
    go(_list(limit, state, as_json=as_json), as_json=as_json)


@app.command()
def show(delivery: Id, as_json: AsJson = False) -> None:
    """What became of a delivery."""
    go(_show(delivery, as_json=as_json), as_json=as_json)


@app.command()
def retry(delivery: Id, as_json: AsJson = False) -> None:
    """Handle one again that failed, after you have mended the cause."""
    go(_retry(delivery, as_json=as_json), as_json=as_json)


@app.command()
def sync(
    hours: Annotated[
        float,
        typer.Option(
            min=0.1,
            max=LONGEST_HOURS,
            help="How far to look back. GitHub keeps three days, GitHub Enterprise Server seven.",
        ),
    ] = 24.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is missing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch what GitHub sent while the server could not take it. Needs an App."""
    go(_sync(hours, dry_run=dry_run, as_json=as_json), as_json=as_json)


async def _list(limit: int, state: State | None, *, as_json: bool) -> None:
    from bot.cli.showing import console, show
    from bot.settings import load
    from bot.store.port import DeliveryState
    from bot.wiring import store_of

    async with store_of(load()) as store:
        found = await store.deliveries(limit, state=DeliveryState(state) if state else None)
    if as_json:
        for one in found:
            typer.echo(one.model_dump_json())
        return
    to = console()
    if not found:
        to.print("There are no deliveries yet." if state is None else f"No delivery is {state}.")
    for one in found:
        show(to, _line(one))


async def _show(delivery: str, *, as_json: bool) -> None:
    from bot.cli.showing import console, show
    from bot.settings import load
    from bot.wiring import store_of

    async with store_of(load()) as store:
        found = await store.delivery(delivery)
        aside = await _put_aside(store, found)
    if as_json:
        typer.echo(found.model_dump_json(exclude={"payload"}))
        return
    to = console()
    show(to, _line(found))
    if aside:
        to.print(aside, markup=False)


async def _retry(delivery: str, *, as_json: bool) -> None:
    import json

    from bot.announcing import announce
    from bot.bus.port import Topic
    from bot.settings import load
    from bot.store.port import DeliveryState, NewDelivery
    from bot.wiring import store_of

    settings = load()
    async with store_of(settings) as store:
        found = await store.delivery(delivery)
        if found.state is not DeliveryState.FAILED:
            more = await _put_aside(store, found) or "only one that failed is tried again"
            fail(f"delivery {delivery} is {found.state}: {more}", as_json=as_json)
        if not found.payload:
            fail(f"the payload of {delivery} was pruned: redeliver it on GitHub", as_json=as_json)
        await store.keep_delivery(NewDelivery(id=found.id, event=found.event, payload=found.payload))
    when = await announce(settings, [(Topic.DELIVERIES, found.id)])
    said = f"{found.id} is handled again: {when}"
    typer.echo(json.dumps({"ok": True, "delivery": found.id, "said": when}) if as_json else said)


async def _put_aside(store: Store, found: Delivery) -> str:
    """Why one that waits is not handled, where that is so."""
    from bot.bus.port import Topic
    from bot.deadletters import ALL
    from bot.store.port import DeliveryState

    if found.state is not DeliveryState.WAITING:
        return ""
    dead = await store.dead_letters(ALL)
    if not any(letter.topic is Topic.DELIVERIES and letter.item == found.id for letter in dead):
        return ""
    return f"it was put aside after too many tries; redfirst dead retry deliveries/{found.id}"


def _line(one: ListedDelivery | Delivery) -> Line:
    from bot.cli.telling import Line, Tone
    from bot.store.port import DeliveryState

    tones: dict[DeliveryState, Tone] = {
        DeliveryState.HANDLED: "good",
        DeliveryState.IGNORED: "dim",
        DeliveryState.FAILED: "bad",
    }
    what = f"{one.id}  {one.state:<7}  {one.received_at:%Y-%m-%d %H:%M}  {one.event}"
    return Line(f"{what}: {one.outcome}" if one.outcome else what, tones.get(one.state, "plain"))


async def _sync(hours: float, *, dry_run: bool, as_json: bool) -> None:
    import json
    import math
    from datetime import UTC, datetime, timedelta

    from bot.announcing import announce
    from bot.bus.port import Topic
    from bot.cli.showing import console, show
    from bot.github.deliveries import AppDeliveries
    from bot.settings import load
    from bot.syncing import sync as missed_since
    from bot.wiring import store_of
    from workflows.errors import Passing

    settings = load()
    github = AppDeliveries(settings)
    since = datetime.now(UTC) - timedelta(hours=hours)
    found: list[Missed] = []
    to = console()
    try:
        async with store_of(settings) as store:
            async for missed in missed_since(store, github, since, dry_run=dry_run):
                found.append(missed)
                if as_json:
                    typer.echo(missed.model_dump_json())
                else:
                    show(to, _missed(missed))
    except Passing as passing:
        wait = f"in {math.ceil(passing.wait)} s" if passing.wait else "later"
        fail(
            f"{passing.sentence}; what was fetched is kept: try again {wait}",
            who=passing.who,
            as_json=as_json,
        )
    finally:
        await github.close()
    kept = [missed.guid for missed in found if missed.kept]
    missed = sum(missed.is_read for missed in found)
    when = await announce(settings, [(Topic.DELIVERIES, guid) for guid in kept])
    if as_json:
        typer.echo(json.dumps({"ok": True, "missed": missed, "fetched": len(kept), "said": when}))
    elif not missed:
        to.print(f"Nothing was missed in the last {hours:g} hours.")
    else:
        to.print(f"{missed} missed, {len(kept)} fetched{f': {when}' if when else ''}")


def _missed(missed: Missed) -> Line:
    from bot.cli.telling import Line

    what = f"{missed.event}.{missed.action}" if missed.action else missed.event
    tone = "good" if missed.kept else "plain" if missed.is_read else "dim"
    return Line(f"{missed.guid}  {missed.delivered_at:%Y-%m-%d %H:%M}  {what}: {missed.said}", tone)
