"""A step: the unit of work that is recorded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar, get_type_hints

from pydantic import BaseModel

from workflows.engine.retry import Retry

if TYPE_CHECKING:
    from workflows.engine.context import Context

P = TypeVar("P")
I = TypeVar("I", bound=BaseModel)  # noqa: E741 - input; the pair reads as in every signature below
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - output


@dataclass(frozen=True, slots=True)
class Step(Generic[P, I, O]):
    """A named, typed unit of work. It may run more than once; its result counts once."""

    name: str
    takes: type[I]
    gives: type[O]
    run: Callable[[Context[P], I], Awaitable[O]]
    retry: Retry = field(default_factory=Retry)
    timeout: float = 600.0


def step(
    *, retry: Retry | None = None, timeout: float = 600.0
) -> Callable[[Callable[[Context[P], I], Awaitable[O]]], Step[P, I, O]]:
    """Makes a step of an async function; its annotations are the contract that both ends are held to."""

    def make(run: Callable[[Context[P], I], Awaitable[O]]) -> Step[P, I, O]:
        hints = get_type_hints(run)
        gives = hints.pop("return")
        takes = list(hints.values())[-1]
        return Step(run.__name__, takes, gives, run, retry or Retry(), timeout)

    return make
