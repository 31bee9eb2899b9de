"""The bus: hints that something is to be done. It carries ids only, and may lose or repeat any of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Protocol

from workflows.errors import OperatorProblem


class BusUnavailable(OperatorProblem):
    """The broker cannot be reached or set up. The sentence says what to do."""


class Topic(StrEnum):
    DELIVERIES = "deliveries"
    """A delivery arrived: its id."""
    RUNS = "runs"
    """A run can be advanced: its id."""


class Received(Protocol):
    """A message in hand. Acked only after the commit of what it led to."""

    @property
    def id(self) -> str: ...

    async def ack(self) -> None: ...

    async def again(self, after: float) -> None:
        """Give it to somebody once more after so many seconds."""
        ...

    async def working(self) -> None:
        """Still at it: do not give it to somebody else yet."""
        ...


class Bus(Protocol):
    async def open(self) -> None:
        """Connects and creates or mends streams and consumers; BusUnavailable says what to do."""
        ...

    async def close(self) -> None:
        """Messages in hand that were not acked go to somebody else."""
        ...

    async def check(self) -> str:
        """A sentence on what is there, for `doctor` and `/readyz`."""
        ...

    async def worries(self) -> Sequence[str]:
        """What the broker's settings may cost, a sentence each with what to do: time, but no work."""
        ...

    async def announce(self, topic: Topic, item: str, *more: str, mark: str = "") -> None:
        """BusUnavailable when it cannot be said now, or not all of it; a sweep says it again later.

        Said twice with the same mark, it is said once, as long as the broker remembers: a sweep may repeat
        itself without filling the queue.
        """
        ...

    def receive(self, topic: Topic) -> AsyncIterator[Received]:
        """Messages one by one, to one of all receivers each, until the bus is closed."""
        ...
