"""`redfirst deliveries sync|show|retry`"""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.going import fail, go

app = typer.Typer(no_args_is_help=True, help="Webhooks that arrived, and those that did not.")

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Id = Annotated[str, typer.Argument(help="As X-GitHub-Delivery names it, and the log of the server.")]

LONGEST_HOURS = 30 * 24


@app.command()
def sync(
    hours: Annotated[
        float, typer.Option(min=0.1, max=LONGEST_HOURS, help="How far to look back; GitHub keeps 30 days.")
    ] = 24.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is missing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch what GitHub sent while the server could not take it. Needs an App."""
    go(_sync(hours, dry_run=dry_run, as_json=as_json), as_json=as_json)


@app.command()
def show(delivery: Id, as_json: AsJson = False) -> None:
    """What became of a delivery."""
    go(_show(delivery, as_json=as_json), as_json=as_json)


@app.command()
def retry(delivery: Id, as_json: AsJson = False) -> None:
    """Handle one again that failed, after you have mended the cause."""
    go(_retry(delivery, as_json=as_json), as_json=as_json)


async def _sync(hours: float, *, dry_run: bool, as_json: bool) -> None:
    from datetime import UTC, datetime, timedelta

    from bot.github.deliveries import AppDeliveries
    from bot.settings import load
    from bot.syncing import sync as missed_since
    from bot.wiring import store_of

    settings = load()
    github = AppDeliveries(settings)
    found = kept = 0
    try:
        async with store_of(settings) as store:
            since = datetime.now(UTC) - timedelta(hours=hours)
            async for missed in missed_since(store, github, since, dry_run=dry_run):
                found, kept = found + 1, kept + missed.kept
                if as_json:
                    typer.echo(missed.model_dump_json())
                else:
                    when = f"{missed.delivered_at:%Y-%m-%d %H:%M}"
                    typer.echo(f"{when}  {missed.guid}  {missed.event}: {missed.said}")
    finally:
        await github.close()
    if not as_json:
        typer.echo(f"{found} missed, {kept} fetched" if found else "Nothing was missed.")


async def _show(delivery: str, *, as_json: bool) -> None:
    from bot.settings import load
    from bot.wiring import store_of

    async with store_of(load()) as store:
        found = await store.delivery(delivery)
    if as_json:
        typer.echo(found.model_dump_json(exclude={"payload"}))
        return
    said = f": {found.outcome}" if found.outcome else ""
    typer.echo(f"{found.id}  {found.event}  {found.received_at:%Y-%m-%d %H:%M}  {found.state}{said}")


async def _retry(delivery: str, *, as_json: bool) -> None:
    from bot.settings import load
    from bot.store.port import DeliveryState, NewDelivery
    from bot.wiring import store_of

    async with store_of(load()) as store:
        found = await store.delivery(delivery)
        if found.state is not DeliveryState.FAILED:
            fail(
                f"delivery {delivery} is {found.state}, and only one that failed is tried again",
                as_json=as_json,
            )
        await store.keep_delivery(NewDelivery(id=found.id, event=found.event, payload=found.payload))
    typer.echo(f'{{"retried": "{found.id}"}}' if as_json else f"{found.id} is handled again")
