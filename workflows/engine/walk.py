"""Walks the tree of a workflow: what the journal has is skipped, what it lacks is done and recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel

from workflows.engine import attempts
from workflows.engine.context import Context, fit
from workflows.engine.entries import Slept, StepCompleted, Suspended, Woke
from workflows.engine.nodes import (
    SETTLED,
    Branch,
    ForEach,
    Loop,
    Map,
    Nested,
    Node,
    Parallel,
    Part,
    Settle,
    Sleep,
    Suspend,
    Then,
    Workflow,
)
from workflows.engine.past import NotYet, Past
from workflows.engine.step import Step
from workflows.engine.together import Parked, together
from workflows.engine.values import Failed, Iteration
from workflows.errors import Interrupted, OperatorProblem, Problem, WorkflowError

P = TypeVar("P")

FAILURE = "failure"

Side: TypeAlias = tuple[Part[P, Any, Any], BaseModel, str]
"""One of several that go on at once: what is to be done, on what, and where."""


def clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Walk(Generic[P]):
    run: str
    ports: P
    journal: Past
    now: Callable[[], datetime] = clock

    async def part(self, part: Part[P, Any, Any], value: BaseModel, path: str) -> BaseModel:
        if isinstance(part, Step):
            return await attempts.step(part, value, Context(self.ports, self.run, path, 1, self.journal))
        return await self.workflow(part, value, path)

    async def workflow(self, tree: Workflow[P, Any, Any], given: BaseModel, path: str) -> BaseModel:
        value = given
        try:
            for node in tree.nodes:
                value = await self._node(node, value, f"{path}/{node.name}")
        except Interrupted:
            raise
        except Problem as problem:
            if tree.on_failure is not None:
                failed = Failed[tree.takes](input=given, failure=problem.failure())
                await self._rescue(tree.on_failure, failed, path)
            raise
        return value

    def can_go_on(self, parked: Parked) -> bool:
        """Its time has come, or one of its places was answered."""
        if parked.wake_at is not None and parked.wake_at <= self.now():
            return True
        return any(self.journal.resumed(path) is not None for path in parked.waiting)

    async def _node(self, node: Node[P], value: BaseModel, path: str) -> BaseModel:
        match node:
            case Then(part) | Nested(part):
                return await self.part(part, value, path)
            case Map(_, gives, change):
                given = change(value)
                # A type checker takes `Pear | Apple` for what both say, and lets a function give another.
                return given if isinstance(given, gives) else fit(gives, given, path, "output")
            case Branch():
                return await self._branch(node, value, path)
            case Parallel():
                return await self._parallel(node, value, path)
            case Loop():
                return await self._loop(node, value, path)
            case ForEach():
                return await self._foreach(node, value, path)
            case Settle():
                return await self._settle(node, value, path)
            case Suspend():
                return await self._suspend(node, value, path)
            case Sleep():
                return await self._sleep(node, value, path)

    async def _branch(self, branch: Branch[P], value: BaseModel, path: str) -> BaseModel:
        chosen = next((way.part for way in branch.ways if way.condition(value)), branch.otherwise)
        return await self.part(chosen, value, f"{path}/{chosen.name}")

    async def _parallel(self, node: Parallel[P], value: BaseModel, path: str) -> BaseModel:
        gave = await self._by_side(
            [(part, value, f"{path}/{part.name}") for part in node.parts], node.at_once
        )
        names = list(node.gives.model_fields)
        return node.gives(**dict(zip(names, gave, strict=True)))

    async def _loop(self, loop: Loop[P], value: BaseModel, path: str) -> BaseModel:
        for count in range(1, loop.limit + 1):
            value = await self.workflow(loop.body, value, f"{path}[{count}]")
            if loop.ends(Iteration(count, value)):
                return value
        raise WorkflowError(path, loop.limit, loop.feedback(value))

    async def _foreach(self, node: ForEach[P], value: BaseModel, path: str) -> BaseModel:
        items = node.over(value)
        if len(items) > node.limit:
            raise WorkflowError(path, node.limit, f"there are {len(items)}", of="items")
        gave = await self._by_side(
            [(node.body, item, f"{path}[{at}]") for at, item in enumerate(items, 1)], node.at_once
        )
        return node.gives(before=value, items=tuple(gave))

    async def _by_side(self, sides: Sequence[Side[P]], at_once: int) -> list[BaseModel]:
        # One that had failed before this worker came ends the others, which are not begun again for that.
        look = _Look(self.run, self.ports, self.journal.past(), self.now)
        failed = [side for side in sides if await look.has_failed(side)]
        works = [partial(self.part, *side) for side in failed or sides]
        return await together(works, at_once, self.can_go_on)

    async def _settle(self, node: Settle[P], value: BaseModel, path: str) -> BaseModel:
        done = self.journal.completed(path)
        if done is not None:
            return fit(node.gives, done.output, path, "recorded output")
        try:
            beside = f"{path.removesuffix(SETTLED)}{node.part.name}"
            came = node.gives(value=await self.part(node.part, value, beside))
        except Interrupted:
            raise
        except Problem as problem:
            came = node.gives(failure=problem.failure())
        # Kept, since which of several failures comes first may be another one the next time.
        self.journal.note(StepCompleted(path=path, output=came.model_dump(mode="json")))
        return came

    async def _suspend(self, node: Suspend[P], value: BaseModel, path: str) -> BaseModel:
        waits = self.journal.suspended(path)
        if waits is None:
            until = None if node.within is None else self.now() + node.within
            waits = Suspended(path=path, waits_for=node.waits_for.__name__, until=until)
            self.journal.note(waits)
        if self.journal.resumed(path) is None and not await self._has_come(waits.until, path):
            raise Parked([path], waits.until)
        told = await self._told(node, value, path)
        return fit(node.gives, {"before": value.model_dump(), "answer": told.model_dump()}, path, "output")

    async def _told(self, node: Suspend[P], value: BaseModel, path: str) -> BaseModel:
        """An answer counts even when it was written in the very moment in which it was given up."""
        answer = self.journal.resumed(path)
        if answer is not None:
            return fit(node.waits_for, answer.payload, path, "answer")
        if node.late is None:
            raise OperatorProblem(f"{path} was left unanswered for too long, and nothing is to be done then")
        return await self.part(node.late, value, f"{path}/{node.late.name}")

    async def _sleep(self, node: Sleep, value: BaseModel, path: str) -> BaseModel:
        slept = self.journal.slept(path)
        if slept is None:
            slept = Slept(path=path, until=self.now() + node.length)
            self.journal.note(slept)
        if not await self._has_come(slept.until, path):
            raise Parked([path], slept.until)
        return value

    async def _has_come(self, time: datetime | None, path: str) -> bool:
        if self.journal.woke(path):
            return True
        if time is None or self.now() < time:
            return False
        # In the journal, so that a clock that goes back changes nothing.
        await self.journal.append(Woke(path=path))
        return True

    async def _rescue(self, rescue: Step[P, Any, Any], failed: Failed[Any], path: str) -> None:
        try:
            await self.part(rescue, failed, f"{path}/{FAILURE}/{rescue.name}")
        except Interrupted:
            raise
        except (Problem, NotYet):
            # The journal has it. What cannot even be told, or has not been yet, has failed all the same.
            return


class _Look(Walk[P]):
    """A walk as far as the journal goes, and no further."""

    async def has_failed(self, side: Side[P]) -> bool:
        try:
            await self.part(*side)
        except (NotYet, Parked):
            return False
        except Problem:
            return True
        return False

    async def _by_side(self, sides: Sequence[Side[P]], at_once: int) -> list[BaseModel]:  # noqa: ARG002 - nothing is done
        gave: list[BaseModel] = []
        unknown: NotYet | Parked | None = None
        for side in sides:
            try:
                gave.append(await self.part(*side))
            except (NotYet, Parked) as so_far:
                unknown = so_far
        if unknown is not None:
            raise unknown
        return gave
