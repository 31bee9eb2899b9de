"""Walks the tree of a workflow: what the journal has is skipped, what it lacks is done and recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import stamina
from pydantic import BaseModel

from workflows.engine.context import Context, fit
from workflows.engine.entries import StepCompleted, StepFailed, StepStarted, Suspended
from workflows.engine.journal import Journal
from workflows.engine.nodes import Loop, Map, Nested, Node, Step, Suspend, Then, Workflow
from workflows.errors import Failure, Interrupted, Passing, Problem, Who, WorkflowError

P = TypeVar("P")


class Parked(Exception):
    """The run waits for somebody; there is nothing more to do now."""


class FailedBefore(Problem):
    """A step that had used up its attempts before this worker came."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self._failure = failure
        self.who = failure.who

    def failure(self) -> Failure:
        return self._failure


@dataclass(frozen=True, slots=True)
class Walk(Generic[P]):
    run: str
    ports: P
    journal: Journal

    async def workflow(self, tree: Workflow[P, Any, Any], value: BaseModel, path: str) -> BaseModel:
        for node in tree.nodes:
            value = await self._node(node, value, f"{path}/{node.name}")
        return value

    async def _node(self, node: Node[P], value: BaseModel, path: str) -> BaseModel:
        match node:
            case Then(step):
                return await self.step(step, value, path)
            case Nested(tree):
                return await self.workflow(tree, value, path)
            case Map(_, _, change):
                return change(value)
            case Loop():
                return await self._loop(node, value, path)
            case Suspend():
                return await self._suspend(node, value, path)

    async def step(self, step: Step[P, Any, Any], value: BaseModel, path: str) -> BaseModel:
        done = self.journal.completed(path)
        if done is not None:
            return fit(step.gives, done.output, path, "recorded output")
        taken = fit(step.takes, value.model_dump(), path, "input")
        failed = self.journal.failures(path)
        if failed and (len(failed) >= step.retry.attempts or failed[-1].failure.who is not Who.NOBODY):
            raise FailedBefore(failed[-1].failure)
        async for attempt in stamina.retry_context(
            on=step.retry.after,
            attempts=step.retry.attempts - len(failed),
            timeout=None,
            wait_initial=step.retry.first_wait,
            wait_max=step.retry.longest_wait,
            wait_jitter=step.retry.first_wait,
        ):
            with attempt:
                number = len(failed) + attempt.num
                output = await self._attempt(step, taken, path, number)
                await self.journal.append(StepCompleted(path=path, output=output.model_dump(mode="json")))
                return output
        raise AssertionError("a retry context either returns or raises")

    async def _attempt(self, step: Step[P, Any, Any], value: BaseModel, path: str, number: int) -> BaseModel:
        context = Context(self.ports, self.run, path, number, self.journal)
        self.journal.note(StepStarted(path=path, attempt=number))
        try:
            output = await _within(step.timeout, step.run(context, value))
        except Interrupted:
            raise
        except Problem as problem:
            problem.path = problem.path or path
            failure = problem.failure()
            await self.journal.append(StepFailed(path=path, attempt=number, failure=failure))
            raise
        return fit(step.gives, output.model_dump(), path, "output")

    async def _loop(self, loop: Loop[P], value: BaseModel, path: str) -> BaseModel:
        for count in range(1, loop.limit + 1):
            value = await self.workflow(loop.body, value, f"{path}[{count}]")
            if loop.until(value):
                return value
        raise WorkflowError(path, loop.limit, loop.feedback(value))

    async def _suspend(self, node: Suspend, value: BaseModel, path: str) -> BaseModel:
        answer = self.journal.resumed(path)
        if answer is None:
            if not self.journal.is_suspended(path):
                await self.journal.append(Suspended(path=path, waits_for=node.waits_for.__name__))
            raise Parked
        told = fit(node.waits_for, answer.payload, path, "answer")
        return fit(node.gives, {"before": value.model_dump(), "answer": told.model_dump()}, path, "output")


async def _within(seconds: float, work: Awaitable[BaseModel]) -> BaseModel:
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await work
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise Passing(f"it took longer than {seconds:g} s") from error
