"""The workflows that are crashed. What their steps do to the world is in the ledger that LEDGER names."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tests.live.crashes.ledger import Ledger, Line, What
from workflows.engine.context import Context
from workflows.engine.nodes import settled, when, workflow
from workflows.engine.retry import ONCE, Retry
from workflows.engine.step import Step
from workflows.engine.values import Answered, Each, Iteration, Settled, Three
from workflows.errors import Passing, UserProblem
from workflows.ports.all import Ports
from workflows.registry import Registry

LEDGER = "LEDGER"
WHO = "WORKER"

NAP = timedelta(seconds=0.3)

SOON = Retry(attempts=3, first_wait=0.01, longest_wait=0.02)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class N(_Value):
    n: int = 0
    turn: int = 0
    by: str = ""
    """Which worker believed so; empty where it does not matter."""

    def plus(self, more: int) -> N:
        return self.model_copy(update={"n": self.n + more})


class Verdict(_Value):
    worth: int


class Made(_Value):
    """An effect, by the name that the world gave it."""

    name: str


@cache
def here() -> tuple[Ledger, str]:
    """The ledger, and who writes in it: of this process, once it was forked."""
    return Ledger(Path(os.environ[LEDGER])), os.environ[WHO]


def _did(ctx: Context[Ports], thing: str) -> None:
    ledger, who = here()
    ledger.say(Line(who, What.DID, ctx.run, f"{ctx.path} {thing}"))


def does(
    name: str,
    more: int,
    *,
    records: Sequence[str] = (),
    effect: bool = False,
    fails: int = 0,
    seconds: float = 0.0,
    turns: bool = False,
) -> Step[Ports, N, N]:
    """Adds so much, with that many failures first, and with things in it that may happen only once."""

    async def run(ctx: Context[Ports], value: N) -> N:
        _did(ctx, f"attempt {ctx.attempt}")
        await asyncio.sleep(seconds)
        for thing in records:

            async def make(thing: str = thing) -> N:
                _did(ctx, f"record {thing}")
                return N(n=len(thing))

            value = value.plus((await ctx.record(thing, N, make)).n)
        if effect:

            async def act() -> Made:
                return Made(name=here()[0].effect(ctx.run, ctx.path))

            await ctx.record("effect", Made, act)
        if ctx.attempt <= fails:
            raise Passing("it passes")
        return value.plus(more).model_copy(update={"turn": value.turn + turns})

    return Step(name, N, N, run, SOON)


async def _may_fail(ctx: Context[Ports], value: N) -> N:
    _did(ctx, f"attempt {ctx.attempt}")
    raise UserProblem("it does not work")


def _is_done(turn: Iteration[N]) -> bool:
    return turn.last.turn >= 3


def _is_odd(value: N) -> bool:
    return value.n % 2 == 1


def _words(value: N) -> str:
    return f"{value.n} after {value.turn} turns"


def _sum(three: Three[N, N, N]) -> N:
    return three.first.plus(three.second.n).plus(three.third.n)


def _items(value: N) -> Sequence[N]:
    return [N(n=number) for number in (1, 2, 3)]


def _gathered(each: Each[N, N]) -> N:
    return each.before.plus(sum(item.n for item in each.items))


def _told(answered: Answered[N, Verdict]) -> N:
    return answered.before.plus(answered.answer.worth)


def _judged(came: Settled[N]) -> N:
    assert came.failure is not None
    return N(n=len(came.failure.sentence))


_ROUND = (
    workflow("round", N)
    .then(does("attempt", 1, effect=True, turns=True))
    .then(does("check", 2, records=("result",)))
)
_BOTH_WAYS = workflow("both_ways", N).then(does("there", 5)).then(does("back", 6, records=("way",)))

crashed = (
    workflow("crashed", N)
    .then(does("prepare", 1))
    .then(does("dig", 2, records=("first", "second"), effect=True))
    .then(does("shaky", 3, records=("once",), fails=1))
    .dountil(_ROUND, until=_is_done, feedback=_words, limit=5)
    .parallel(
        "sides", does("quick", 4, records=("left",)), _BOTH_WAYS, does("slow", 7, effect=True, seconds=0.05)
    )
    .map(_sum, N)
    .foreach(does("file", 8, effect=True), over=_items, at_once=2)
    .map(_gathered, N)
    .branch("fork", when(_is_odd, does("odd", 9)), otherwise=does("even", 10))
    .sleep("nap", NAP)
    .then(does("rested", 11))
    .suspend("review", waits_for=Verdict)
    .map(_told, N)
    .then(does("publish", 12, effect=True))
    .then(settled(Step("may_fail", N, N, _may_fail, ONCE)))
    .map(_judged, N)
    .then(does("report", 13, records=("words",)))
)
"""Fifteen steps, some of them several times, and all that nodes can do."""

REVIEW = "crashed/review"
ANSWER = Verdict(worth=100)


async def _gated(ctx: Context[Ports], value: N) -> N:
    """Waits in the middle until the test lets this worker through."""
    ledger, who = here()
    _did(ctx, "begun")
    while not ledger.is_open(who):
        await asyncio.sleep(0.02)
    _did(ctx, "done")
    return value.plus(1).model_copy(update={"by": who})


async def _last(ctx: Context[Ports], value: N) -> N:
    _did(ctx, "done")
    return value.plus(1)


GATE = "gated/gate"

gated = workflow("gated", N).then(Step("gate", N, N, _gated, ONCE)).then(Step("last", N, N, _last, ONCE))


async def _kill(ctx: Context[Ports], value: N) -> N:
    ledger, who = here()
    _did(ctx, "begun")
    ledger.say(Line(who, What.KILLED))
    os.kill(os.getpid(), signal.SIGKILL)
    return value


deadly = workflow("deadly", N).then(Step("kill", N, N, _kill, ONCE))

TREES = Registry((crashed, gated, deadly))
