"""The model of each route, behind a breaker, and the one that stands in for it while it does not answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import stamina

from bot.breakers import Breakers
from bot.models.litellm import LiteLlm
from bot.settings import Settings
from workflows.errors import OperatorProblem, Passing, Problem, Unreachable
from workflows.ports.model import Message, ToolSpec, Turn

log = logging.getLogger("redfirst.models")

Away = Passing | Unreachable

TRIES = 2
"""Of the first model before another stands in. Where none does, steps do all the trying."""


class Models:
    def __init__(self, settings: Settings, breakers: Breakers, *, first_wait: float = 0.5) -> None:
        self._settings = settings
        self._breakers = breakers
        self._first_wait = first_wait
        self._litellm = LiteLlm(settings)

    def warm(self) -> None:
        """Begins what takes long, so that it is over when the first thought comes."""
        self._litellm.warm()

    async def complete(self, route: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        first, *others = self._settings.models_for(route)
        if not others:
            return await self._ask(first, messages, tools)
        try:
            return await self._insist(first, messages, tools)
        except (Passing, Unreachable) as problem:
            return await self._stand_in(others[0], messages, tools, problem)

    async def _insist(self, model: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        async for attempt in stamina.retry_context(
            on=_again,
            attempts=TRIES,
            timeout=None,
            wait_initial=self._first_wait,
            wait_jitter=self._first_wait,
        ):
            with attempt:
                return await self._ask(model, messages, tools)
        raise AssertionError("a retry context either returns or raises")

    async def _stand_in(
        self,
        model: str,
        messages: Sequence[Message],
        tools: Sequence[ToolSpec],
        problem: Passing | Unreachable,
    ) -> Turn:
        try:
            turn = await self._ask(model, messages, tools)
        except (Passing, Unreachable, OperatorProblem) as another:
            # A fallback that is set up wrongly fails no run that the first model may still finish.
            raise _neither(problem, another) from another
        log.debug("%s stood in: %s", model, problem.sentence)
        return turn

    async def _ask(self, model: str, messages: Sequence[Message], tools: Sequence[ToolSpec]) -> Turn:
        breaker = self._breakers.of(f"the model {model}")
        return await breaker.call(lambda: self._litellm.ask(model, messages, tools))


def _again(error: Exception) -> bool | float:
    if not isinstance(error, Passing):
        return False
    return True if error.wait is None else error.wait


def _neither(first: Away, second: Problem) -> Away:
    """The run waits only where neither is worth another try soon."""
    sentence = f"{first.sentence}; and instead of it: {second.sentence}"
    soon = [problem for problem in (first, second) if isinstance(problem, Passing)]
    if soon:
        return Passing(
            sentence, wait=min((each.wait for each in soon if each.wait is not None), default=None)
        )
    return Unreachable(
        sentence, min(problem.until for problem in (first, second) if isinstance(problem, Unreachable))
    )
