"""Any tree of nodes, killed anywhere and any number of times, comes to the end to which it comes in peace."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.store.memory import MemoryStore
from tests.unit.workflows.crashes import Crash, drive
from tests.unit.workflows.trees import Clock, N, adds, begun, entries, patient, recorded, unit
from workflows.engine.context import Context
from workflows.engine.entries import RunCompleted, RunFailed
from workflows.engine.nodes import Workflow, settled, when, workflow
from workflows.engine.step import Step, step
from workflows.engine.values import Answered, Both, Each, Iteration, Settled
from workflows.errors import Passing


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    with patient():
        yield


@dataclass
class World:
    """What really happened, whatever the journal says of it."""

    store: MemoryStore
    done: Counter[str] = field(default_factory=Counter[str])


@dataclass(frozen=True)
class Does:
    things: int
    fails: int


@dataclass(frozen=True)
class Waits:
    answered: bool
    """Else it waits until it is late."""


@dataclass(frozen=True)
class Naps:
    pass


@dataclass(frozen=True)
class Inside:
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Tries:
    """Goes on, whatever comes of it."""

    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Ways:
    parts: tuple[Any, ...]
    taken: bool


@dataclass(frozen=True)
class Side:
    left: tuple[Any, ...]
    right: tuple[Any, ...]
    at_once: int


@dataclass(frozen=True)
class PerItem:
    parts: tuple[Any, ...]
    items: int


@dataclass(frozen=True)
class Again:
    parts: tuple[Any, ...]
    turns: int
    limit: int
    asks_first: bool


LEAVES = (
    st.builds(Does, st.integers(0, 2), st.integers(0, 2)) | st.builds(Waits, st.booleans()) | st.just(Naps())
)


def _deeper(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Inside, several),
        st.builds(Tries, several),
        st.builds(Ways, several, st.booleans()),
        st.builds(Side, several, several, st.integers(1, 2)),
        st.builds(PerItem, several, st.integers(0, 3)),
        st.builds(Again, several, st.integers(1, 3), st.integers(1, 3), st.booleans()),
    )


SHAPES = st.lists(st.recursive(LEAVES, _deeper, max_leaves=6), max_size=4).map(tuple)


def is_wide(shape: object) -> bool:
    """Whether several things may be under way in it at once."""
    return any(kind in repr(shape) for kind in ("Side(", "PerItem("))


class Items(BaseModel):
    value: N
    count: int


@step()
async def summed(ctx: Context[None], value: Both[N, N]) -> N:
    return value.first.plus(value.second.n)


@step()
async def gathered(ctx: Context[None], value: Each[Items, N]) -> N:
    return N(n=sum(item.n for item in value.items) + value.before.value.n)


@step()
async def taken(ctx: Context[None], value: Settled[N]) -> N:
    return value.value if value.value is not None else N(n=1_000_000)


@dataclass(frozen=True)
class Builder:
    """Makes a tree of a shape. Side by side none may fail: which would be first is anybody's guess."""

    world: World

    def built(self, name: str, parts: Sequence[Any], safe: bool = False) -> Workflow[None, N, N]:
        tree: Workflow[None, N, N] = workflow(name, N).then(adds("begins"))
        for number, part in enumerate(parts):
            tree = self.part(tree, part, number, safe)
        return tree

    def part(self, tree: Workflow[None, N, N], part: object, number: int, safe: bool) -> Workflow[None, N, N]:
        match part:
            case Does(things, fails):
                return tree.then(doing(f"does{number}", things, fails, self.world))
            case Waits():
                return self.waits(tree, part, number)
            case Naps():
                return tree.sleep(f"naps{number}", timedelta(seconds=100))
            case Inside(parts):
                return tree.then(self.built(f"inside{number}", parts, safe))
            case Tries(parts):
                return tree.then(
                    workflow(f"tries{number}", N).then(settled(self.built("tried", parts))).then(taken)
                )
            case Ways(parts, goes):
                return tree.branch(
                    f"ways{number}",
                    when(lambda value: goes, self.built("this", parts, safe)),
                    otherwise=self.built("that", parts, safe),
                )
            case Side(left, right, at_once):
                sides = workflow(f"side{number}", N).then(adds("begins"))
                both = sides.parallel(
                    "both", self.built("left", left, True), self.built("right", right, True), at_once=at_once
                )
                return tree.then(both.then(summed))
            case PerItem(parts, items):
                return tree.then(self.per_item(parts, items, number))
            case Again(parts, turns, limit):
                return self.again(tree, part, number, max(turns, limit) if safe else limit)
            case _:
                raise AssertionError(part)

    def waits(self, tree: Workflow[None, N, N], part: Waits, number: int) -> Workflow[None, N, N]:
        def back(answered: Answered[N, N]) -> N:
            return answered.before.plus(answered.answer.n)

        back.__name__ = f"back{number}"
        if part.answered:
            return tree.suspend(f"waits{number}", waits_for=N).map(back, N)
        late = adds("is_late", 50)
        within = timedelta(seconds=100_000)
        return tree.suspend(f"ignored{number}", waits_for=N, within=within, late=late).map(back, N)

    def per_item(self, parts: Sequence[Any], count: int, number: int) -> Workflow[None, N, N]:
        def over(items: Items) -> Sequence[N]:
            return [items.value.plus(at) for at in range(items.count)]

        def split(value: N) -> Items:
            return Items(value=value, count=count)

        tree = workflow(f"per_item{number}", N).then(adds("begins")).map(split, Items)
        return tree.foreach(self.built("item", parts, True), over=over).then(gathered)

    def again(self, tree: Workflow[None, N, N], part: Again, number: int, limit: int) -> Workflow[None, N, N]:
        async def turn(ctx: Context[None], value: N) -> N:
            return value.model_copy(update={"turn": int(ctx.path.rpartition("[")[2].partition("]")[0])})

        def enough(done: Iteration[N]) -> bool:
            assert done.count == done.last.turn
            return done.count >= part.turns

        def goes_on(done: Iteration[N]) -> bool:
            assert done.count == done.last.turn
            return done.count < part.turns

        body = self.built(f"again{number}", part.parts, limit >= part.turns).then(unit("turn", turn))
        if part.asks_first:
            return tree.dowhile(body, goes_on=goes_on, feedback=str, limit=limit)
        return tree.dountil(body, until=enough, feedback=str, limit=limit)


def doing(name: str, things: int, fails: int, world: World) -> Step[None, N, N]:
    async def run(ctx: Context[None], value: N) -> N:
        for thing in range(things):

            async def make(thing: int = thing) -> N:
                known = await recorded(world.store)
                assert (ctx.path, f"thing {thing}") not in known, "done again though it was recorded"
                world.done[f"{ctx.path} {thing}"] += 1
                return N(n=len(ctx.path) * 10 + thing)

            value = value.plus((await ctx.record(f"thing {thing}", N, make)).n)
        if ctx.attempt <= fails:
            raise Passing("busy")
        return value.plus(1)

    return unit(name, run)


def ending(entry: object) -> object:
    assert isinstance(entry, RunCompleted | RunFailed)
    return entry


@settings(max_examples=80, deadline=None)
@given(shape=SHAPES, crashes=st.lists(st.builds(Crash, st.integers(1, 12), st.booleans()), max_size=6))
def test_any_tree_killed_anywhere_comes_to_the_same_end(shape: tuple[Any, ...], crashes: list[Crash]) -> None:
    async def once(kills: Sequence[Crash]) -> tuple[object, list[tuple[str, str]], World]:
        clock = Clock()
        world = World(MemoryStore(clock))
        tree = Builder(world).built("w", shape)
        await drive(tree, kills, await begun(tree, world.store), clock)
        return ending((await entries(world.store))[-1]), sorted(await recorded(world.store)), world

    end, things, calm = asyncio.run(once([]))
    again_end, again_things, world = asyncio.run(once(crashes))
    assert again_end == end
    assert again_things == things
    assert len(things) == len(set(things))
    assert set(calm.done.values()) <= {1}
    # Each kill between a thing and its row costs that one thing again, and nothing else; side by side it
    # costs as many as were under way.
    if not is_wide(shape):
        before = sum(not crash.after for crash in crashes)
        assert (world.done - calm.done).total() <= before
