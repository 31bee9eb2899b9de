"""What was put aside after too many tries, and what a person can do about it: try again, or let it be."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from bot.announcing import announce
from bot.bus.port import Topic
from bot.settings import Settings
from bot.store.port import DeadLetter, DeliveryState, Store, StoreUnavailable
from workflows.engine import signals
from workflows.errors import Gone, Problem, UserProblem
from workflows.ports.frozen import Frozen

ALL = 1_000_000


class Settled(Frozen):
    """What became of one."""

    topic: Topic
    item: str
    said: str
    goes_on: bool = False
    is_settled: bool = True
    """Else it is still among them, and `said` is why."""


async def find(store: Store, names: Sequence[str]) -> Sequence[DeadLetter]:
    """Those that are meant, and one that is not there or not clear stops it before anything is done."""
    letters = await store.dead_letters(ALL)
    return [_one(letters, name) for name in dict.fromkeys(names)]


async def retry(store: Store, letters: Sequence[DeadLetter]) -> list[Settled]:
    return [await _tried(letter, _retry(store, letter)) for letter in letters]


async def drop(store: Store, letters: Sequence[DeadLetter], *, by: str, reason: str) -> list[Settled]:
    return [await _tried(letter, _drop(store, letter, by, reason)) for letter in letters]


async def tell(settings: Settings, settled: Sequence[Settled]) -> str:
    """A sentence on when what goes on does."""
    return await announce(settings, [(each.topic, each.item) for each in settled if each.goes_on])


def _one(letters: Sequence[DeadLetter], name: str) -> DeadLetter:
    topic, slash, item = name.partition("/")
    found = [
        letter
        for letter in letters
        if letter.item == name or (slash and letter.item == item and letter.topic == topic)
    ]
    if not found:
        raise UserProblem(f"{name} is not among the dead letters: redfirst dead list shows them")
    if len(found) > 1:
        clear = " or ".join(sorted(f"{letter.topic}/{letter.item}" for letter in found))
        raise UserProblem(f"{name} is there more than once: say {clear}")
    return found[0]


async def _tried(letter: DeadLetter, settling: Awaitable[Settled]) -> Settled:
    """One that cannot be settled does not keep the others. A store that is away does."""
    try:
        return await settling
    except StoreUnavailable:
        raise
    except Problem as problem:
        return Settled(topic=letter.topic, item=letter.item, said=problem.sentence, is_settled=False)


async def _retry(store: Store, letter: DeadLetter) -> Settled:
    over = await _over(store, letter)
    if not await store.unbury(letter.topic, letter.item):
        return _settled(letter, "somebody else was quicker")
    return _settled(letter, over) if over else _settled(letter, "is tried again", goes_on=True)


async def _drop(store: Store, letter: DeadLetter, by: str, reason: str) -> Settled:
    # First what is to be so, then that it is forgotten: stopped in between, it can be said again.
    over = await _over(store, letter)
    if not over:
        match letter.topic:
            case Topic.DELIVERIES:
                outcome = f"dropped by {by}: {reason}"
                await store.finish_delivery(letter.item, DeliveryState.FAILED, outcome)
            case Topic.RUNS:
                await signals.cancel(store, letter.item, by=by, reason=reason)
    await store.unbury(letter.topic, letter.item)
    said = (
        "dropped; redelivered by GitHub, it is tried again"
        if letter.topic is Topic.DELIVERIES
        else "cancelled"
    )
    return _settled(letter, over or said)


async def _over(store: Store, letter: DeadLetter) -> str:
    """Why there is nothing left to try, when it is so."""
    try:
        match letter.topic:
            case Topic.DELIVERIES:
                state = (await store.delivery(letter.item)).state
                return "" if state is DeliveryState.WAITING else f"had been {state} before"
            case Topic.RUNS:
                _, status = await store.last(letter.item)
                return f"had ended before: {status}" if status.ended else ""
    except Gone:
        return "is not in the store any more"


def _settled(letter: DeadLetter, said: str, *, goes_on: bool = False) -> Settled:
    return Settled(topic=letter.topic, item=letter.item, said=said, goes_on=goes_on)
