"""What workflows hand from node to node besides what their steps give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from workflows.errors import Failure

I = TypeVar("I", bound=BaseModel)  # noqa: E741 - input
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - output
A = TypeVar("A", bound=BaseModel)
B = TypeVar("B", bound=BaseModel)
C = TypeVar("C", bound=BaseModel)
V = TypeVar("V")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Nothing(_Value):
    """What a step gives that has nothing to say."""


class Failed(_Value, Generic[I]):
    """What a rescue is given: what the workflow began with, and how it ended."""

    input: I
    failure: Failure


class Answered(_Value, Generic[O, A]):
    """What a suspended run goes on with: what it had, and what it was told."""

    before: O
    answer: A


class Both(_Value, Generic[A, B]):
    """What two branches gave that ran side by side."""

    first: A
    second: B


class Three(_Value, Generic[A, B, C]):
    first: A
    second: B
    third: C


class Each(_Value, Generic[O, A]):
    """What a workflow gave for each item, in the order of the items."""

    before: O
    items: tuple[A, ...]


class Settled(_Value, Generic[A]):
    """How something came out that may fail without failing the run: a value or a failure, never both."""

    value: A | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Iteration(Generic[V]):
    """One turn of a loop that has just ended."""

    count: int
    last: V
