"""Trees that do not fit together. A type checker has to reject each marked line, and accept all others.

`make check` fails where a mark is not needed any more, which is where the checker accepts what it should not.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=error, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from workflows.engine.context import Context
from workflows.engine.nodes import settled, unchanged, when, workflow
from workflows.engine.step import step
from workflows.engine.values import Answered, Both, Each, Iteration, Settled


class Apple(BaseModel):
    n: int = 0


class Pear(BaseModel):
    n: int = 0


class Basket(BaseModel):
    apples: tuple[Apple, ...] = ()


@step()
async def grow(ctx: Context[None], value: Apple) -> Apple:
    return value


@step()
async def swap(ctx: Context[None], value: Apple) -> Pear:
    return Pear(n=value.n)


@step()
async def eat(ctx: Context[None], value: Pear) -> Pear:
    return value


@step()
async def weigh(ctx: Context[None], value: Both[Apple, Pear]) -> Apple:
    return value.first


@step()
async def count(ctx: Context[None], value: Each[Basket, Pear]) -> Apple:
    return Apple(n=len(value.items))


@step()
async def look(ctx: Context[None], value: Settled[Pear]) -> Apple:
    return Apple()


@step()
async def hear(ctx: Context[None], value: Answered[Apple, Pear]) -> Apple:
    return value.before


def is_big(value: Apple) -> bool:
    return value.n > 1


def is_ripe(value: Pear) -> bool:
    return value.n > 1


def enough(turn: Iteration[Apple]) -> bool:
    return turn.count > 2 or turn.last.n > 1


def enough_pears(turn: Iteration[Pear]) -> bool:
    return turn.last.n > 1


def goes_on(turn: Iteration[Apple]) -> bool:
    return turn.count < 2


def of_pears(turn: Iteration[Pear]) -> bool:
    return turn.count < 2


def said(value: Apple) -> str:
    return str(value.n)


def apples(value: Basket) -> Sequence[Apple]:
    return value.apples


def back(value: Pear) -> Apple:
    return Apple(n=value.n)


DAY = timedelta(days=1)

an_apple = workflow("w", Apple).then(grow)
a_pear = workflow("w", Apple).then(swap)
a_basket = workflow("w", Basket).then(unchanged(Basket))
growing = workflow("l", Apple).then(grow)
swapping = workflow("l", Apple).then(swap)

then = a_pear.then(eat)
then_wrong = a_pear.then(grow)  # pyright: ignore[reportArgumentType]
first_wrong = workflow("w", Apple).then(eat)  # pyright: ignore[reportArgumentType]
nested = an_apple.then(growing)
nested_wrong = a_pear.then(growing)  # pyright: ignore[reportArgumentType]

mapped = a_pear.map(back, Apple).then(grow)
map_wrong = an_apple.map(back, Apple)  # pyright: ignore[reportArgumentType]

branch = an_apple.branch("size", when(is_big, swap), otherwise=swapping)
branch_as_it_is = an_apple.branch("size", when(is_big, grow), otherwise=unchanged(Apple))
branch_if_wrong = an_apple.branch("size", when(is_ripe, swap), otherwise=swap)  # pyright: ignore[reportArgumentType]
branch_wrong = an_apple.branch("size", when(is_big, grow), otherwise=swap).then(eat)  # pyright: ignore[reportArgumentType]

parallel = an_apple.parallel("both", grow, swap).then(weigh)
parallel_wrong = an_apple.parallel("both", grow, eat)  # pyright: ignore[reportArgumentType]
parallel_gives_wrong = an_apple.parallel("both", swap, grow).then(weigh)  # pyright: ignore[reportArgumentType]

until = an_apple.dountil(growing, until=enough, feedback=said, limit=2)
until_wrong = an_apple.dountil(swapping, until=enough, feedback=said, limit=2)  # pyright: ignore[reportArgumentType]
until_if_wrong = an_apple.dountil(growing, until=enough_pears, feedback=said, limit=2)  # pyright: ignore[reportArgumentType]
until_untold = an_apple.dountil(growing, until=is_big, feedback=said, limit=2)  # pyright: ignore[reportArgumentType]

while_ = an_apple.dowhile(growing, goes_on=goes_on, feedback=said, limit=2)
while_wrong = an_apple.dowhile(growing, goes_on=of_pears, feedback=said, limit=2)  # pyright: ignore[reportArgumentType]

each = a_basket.foreach(swap, over=apples).then(count)
each_item_wrong = a_basket.foreach(eat, over=apples)  # pyright: ignore[reportArgumentType]
each_over_wrong = an_apple.foreach(swap, over=apples)  # pyright: ignore[reportArgumentType]
each_gives_wrong = a_basket.foreach(grow, over=apples).then(count)  # pyright: ignore[reportArgumentType]

settles = an_apple.then(settled(swap)).then(look)
settled_wrong = an_apple.then(settled(swap)).then(eat)  # pyright: ignore[reportArgumentType]

suspend = an_apple.suspend("ask", waits_for=Pear, within=DAY, late=swap).then(hear)
suspend_wrong = an_apple.suspend("ask", waits_for=Apple).then(hear)  # pyright: ignore[reportArgumentType]
late_wrong = an_apple.suspend("ask", waits_for=Pear, within=DAY, late=grow)  # pyright: ignore[reportArgumentType]
no_late = an_apple.suspend("ask", waits_for=Pear, within=DAY)  # pyright: ignore[reportCallIssue]

sleep = a_pear.sleep("a while", DAY).then(eat)
sleep_wrong = a_pear.sleep("a while", DAY).then(grow)  # pyright: ignore[reportArgumentType]
