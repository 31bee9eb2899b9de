"""A workflow is an immutable tree of typed nodes. Building one does nothing; `walk.py` walks it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict

from workflows.engine.retry import Retry
from workflows.errors import Failure

if TYPE_CHECKING:
    from workflows.engine.context import Context

P = TypeVar("P")
I = TypeVar("I", bound=BaseModel)  # noqa: E741 - input; the pair reads as in every signature below
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - output
N = TypeVar("N", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)


class Nothing(BaseModel):
    """What a step gives that has nothing to say."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Failed(BaseModel, Generic[I]):
    """What a rescue is given: what the run began with, and how it ended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: I
    failure: Failure


class Answered(BaseModel, Generic[O, A]):
    """What a suspended run goes on with: what it had, and what it was told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    before: O
    answer: A


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


@dataclass(frozen=True, slots=True)
class Then(Generic[P]):
    step: Step[P, Any, Any]

    @property
    def name(self) -> str:
        return self.step.name


@dataclass(frozen=True, slots=True)
class Nested(Generic[P]):
    workflow: Workflow[P, Any, Any]

    @property
    def name(self) -> str:
        return self.workflow.name


@dataclass(frozen=True, slots=True)
class Map:
    """A pure, cheap change of shape. It is not recorded: it gives the same every time."""

    name: str
    gives: type[BaseModel]
    change: Callable[[Any], BaseModel]


@dataclass(frozen=True, slots=True)
class Loop(Generic[P]):
    body: Workflow[P, Any, Any]
    until: Callable[[Any], bool]
    feedback: Callable[[Any], str]
    limit: int

    @property
    def name(self) -> str:
        return self.body.name


@dataclass(frozen=True, slots=True)
class Suspend:
    name: str
    waits_for: type[BaseModel]
    gives: type[BaseModel]


Node = Then[P] | Nested[P] | Map | Loop[P] | Suspend


@dataclass(frozen=True, slots=True)
class Workflow(Generic[P, I, O]):
    name: str
    takes: type[I]
    gives: type[O]
    nodes: tuple[Node[P], ...] = ()
    on_failure: Step[P, Failed[I], Nothing] | None = None

    def then(self, nxt: Step[P, O, N] | Workflow[P, O, N]) -> Workflow[P, I, N]:
        return self._with(Then(nxt) if isinstance(nxt, Step) else Nested(nxt), nxt.gives)

    def map(self, change: Callable[[O], N], gives: type[N]) -> Workflow[P, I, N]:
        return self._with(Map(change.__name__, gives, change), gives)

    def dountil(
        self,
        body: Workflow[P, O, O],
        *,
        until: Callable[[O], bool],
        feedback: Callable[[O], str],
        limit: int,
    ) -> Workflow[P, I, O]:
        """Repeats the body on its own output; at the limit the run fails with the last feedback."""
        return self._with(Loop(body, until, feedback, limit), self.gives)

    def suspend(self, name: str, *, waits_for: type[A]) -> Workflow[P, I, Answered[O, A]]:
        """Waits for an answer from outside, holding nothing."""
        gives = Answered[self.gives, waits_for]
        return self._with(Suspend(name, waits_for, gives), gives)

    def rescue(self, on_failure: Step[P, Failed[I], Nothing]) -> Workflow[P, I, O]:
        """What is done, durably, before a failed run is marked as failed: telling people."""
        return replace(self, on_failure=on_failure)

    def _with(self, node: Node[P], gives: type[N]) -> Workflow[P, I, N]:
        if any(node.name == other.name for other in self.nodes):
            raise ValueError(f"{self.name} has two nodes named {node.name}: paths must be unique")
        return Workflow(self.name, self.takes, gives, (*self.nodes, node), self.on_failure)


@dataclass(frozen=True, slots=True)
class workflow(Generic[I]):  # noqa: N801 - reads as the verb that it is where workflows are built
    """The empty workflow: `workflow("fix", Trigger).then(prepare)…`"""

    name: str
    takes: type[I]

    def then(self, first: Step[P, I, N] | Workflow[P, I, N]) -> Workflow[P, I, N]:
        empty: Workflow[P, I, I] = Workflow(self.name, self.takes, self.takes)
        return empty.then(first)
