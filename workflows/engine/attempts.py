"""One step: skipped when it is completed, else tried as often as its retry policy says, all recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from workflows.engine.context import Context, fit
from workflows.engine.entries import StepCompleted, StepFailed, StepStarted
from workflows.engine.step import Step
from workflows.engine.together import Parked
from workflows.errors import Failure, Interrupted, Passing, Problem, Unreachable, Who

P = TypeVar("P")


class FailedBefore(Problem):
    """A step that had used up its attempts before this worker came."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self._failure = failure
        self.who = failure.who

    def failure(self) -> Failure:
        return self._failure


async def step(step: Step[P, Any, Any], value: BaseModel, first: Context[P]) -> BaseModel:
    path, journal = first.path, first.journal
    done = journal.completed(path)
    if done is not None:
        return fit(step.gives, done.output, path, "recorded output")
    taken = fit(step.takes, value.model_dump(), path, "input")
    failed = journal.failures(path)
    if failed and (len(failed) >= step.retry.attempts or not _may_be_tried_again(failed[-1])):
        raise FailedBefore(failed[-1].failure)
    this = replace(first, attempt=len(failed) + 1) if failed else first
    try:
        return await _attempt(step, taken, this)
    except Problem as problem:
        if isinstance(problem, Interrupted) or this.attempt == step.retry.attempts:
            raise
        return await _again(step, taken, this, problem)


async def _again(step: Step[P, Any, Any], taken: BaseModel, tried: Context[P], failed: Problem) -> BaseModel:
    """Apart, and imported here: nearly every step comes out right at once, and is felt in what all cost."""
    import stamina

    async for attempt in stamina.retry_context(
        on=step.retry.after,
        attempts=step.retry.attempts - tried.attempt + 1,
        timeout=None,
        wait_initial=step.retry.first_wait,
        wait_max=step.retry.longest_wait,
        wait_jitter=step.retry.first_wait,
    ):
        with attempt:
            if attempt.num == 1:
                raise failed
            return await _attempt(step, taken, replace(tried, attempt=tried.attempt + attempt.num - 1))
    raise AssertionError("a retry context either returns or raises")


async def _attempt(step: Step[P, Any, Any], value: BaseModel, context: Context[P]) -> BaseModel:
    path, journal = context.path, context.journal
    journal.note(StepStarted(path=path, attempt=context.attempt))
    try:
        given = await _within(step.timeout, step.run(context, value))
        output = fit(step.gives, given.model_dump(), path, "output")
    except Unreachable as away:
        # No attempt of this step: what is away is away for all. Nor were those by which it was found out.
        journal.excuse([path])
        raise Parked([path], away.until, away.sentence) from away
    except Interrupted:
        raise
    except Problem as problem:
        problem.path = problem.path or path
        await journal.append(
            StepFailed(
                path=path,
                attempt=context.attempt,
                failure=problem.failure(),
                again=step.retry.may_follow(problem),
            )
        )
        raise
    await journal.append(StepCompleted(path=path, output=output.model_dump(mode="json")))
    return output


def _may_be_tried_again(failed: StepFailed) -> bool:
    return failed.failure.who is Who.NOBODY if failed.again is None else failed.again


async def _within(seconds: float, work: Awaitable[BaseModel]) -> BaseModel:
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await work
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise Passing(f"it took longer than {seconds:g} s") from error
