"""`redfirst dead list|retry|drop`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.going import FAILED, MOST, fail, go

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.deadletters import Settled

app = typer.Typer(
    no_args_is_help=True, help="Look at what was put aside after too many tries, and settle it."
)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Names = Annotated[
    list[str] | None, typer.Argument(help="Ids, as `dead list` shows them; with or without the topic.")
]
All = Annotated[bool, typer.Option("--all", help="Every one there is.")]


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """What was put aside, oldest first, and what was said the last time."""
    go(_list(limit, as_json=as_json), as_json=as_json)


@app.command()
def retry(names: Names = None, every: All = False, as_json: AsJson = False) -> None:
    """Try again, after you have mended the cause."""
    go(_retry(_which(names, every, as_json), as_json=as_json), as_json=as_json)


@app.command()
def drop(
    names: Names = None,
    every: All = False,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "dropped on the command line",
    as_json: AsJson = False,
) -> None:
    """Let it be: a delivery has failed, a run is cancelled."""
    go(_drop(_which(names, every, as_json), reason, as_json=as_json), as_json=as_json)


def _which(names: list[str] | None, every: bool, as_json: bool) -> list[str] | None:
    """None is every one."""
    if bool(names) == every:
        fail("say which: ids as `redfirst dead list` shows them, or --all", as_json=as_json)
    return None if every else names


async def _list(limit: int, *, as_json: bool) -> None:
    import json

    from bot.cli.showing import console, show
    from bot.cli.telling import Line
    from bot.settings import load
    from bot.wiring import store_of

    async with store_of(load()) as store:
        found = await store.dead_letters(limit)
    if as_json:
        for one in found:
            name = f"{one.topic}/{one.item}"
            commands = {"retry": f"redfirst dead retry {name}", "drop": f"redfirst dead drop {name}"}
            typer.echo(json.dumps(one.model_dump(mode="json") | commands))
        return
    to = console()
    if not found:
        to.print("There are no dead letters.")
        return
    for one in found:
        what = f"{one.topic}/{one.item}  {one.at:%Y-%m-%d %H:%M}  tried {one.times} times"
        show(to, Line(what, "bad", one.said))
    to.print(
        "Mend the cause, then: redfirst dead retry ID…   Or let it be: redfirst dead drop ID…", markup=False
    )


async def _retry(names: Sequence[str] | None, *, as_json: bool) -> None:
    from bot import deadletters
    from bot.settings import load
    from bot.wiring import store_of

    settings = load()
    async with store_of(settings) as store:
        letters = await (
            store.dead_letters(deadletters.ALL) if names is None else deadletters.find(store, names)
        )
        settled = await deadletters.retry(store, letters)
    _say(settled, await deadletters.tell(settings, settled), as_json=as_json)


async def _drop(names: Sequence[str] | None, reason: str, *, as_json: bool) -> None:
    import getpass

    from bot import deadletters
    from bot.settings import load
    from bot.wiring import store_of

    async with store_of(load()) as store:
        letters = await (
            store.dead_letters(deadletters.ALL) if names is None else deadletters.find(store, names)
        )
        settled = await deadletters.drop(store, letters, by=getpass.getuser(), reason=reason)
    _say(settled, "", as_json=as_json)


def _say(tried: Sequence[Settled], more: str, *, as_json: bool) -> None:
    import json

    from bot.cli.showing import console

    settled = sum(one.is_settled for one in tried)
    ok = settled == len(tried)
    if as_json:
        for one in tried:
            typer.echo(one.model_dump_json())
        typer.echo(json.dumps({"ok": ok, "settled": settled, "said": more}))
    else:
        to = console()
        for one in tried:
            to.print(f"{one.topic}/{one.item}{'' if one.is_settled else ':'} {one.said}", markup=False)
        if more or not tried:
            to.print(f"{more[0].upper()}{more[1:]}." if more else "There are no dead letters.", markup=False)
    if not ok:
        raise typer.Exit(FAILED)
