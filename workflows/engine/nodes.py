"""A workflow is an immutable tree of typed nodes. Building one does nothing; `walk.py` walks it.

Types flow from node to node: a checker rejects `a.then(b)` where what a gives is not what b takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Generic, TypeAlias, TypeVar, overload

from pydantic import BaseModel

from workflows.engine.step import Step
from workflows.engine.values import Answered, Both, Each, Failed, Iteration, Nothing, Settled, Three

P = TypeVar("P")
I = TypeVar("I", bound=BaseModel)  # noqa: E741 - input; the pair reads as in every signature below
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - output
N = TypeVar("N", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)
B = TypeVar("B", bound=BaseModel)
C = TypeVar("C", bound=BaseModel)

SIDE_BY_SIDE = 4
MOST_ITEMS = 100


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
class When(Generic[P, I, O]):
    """One way that a branch may take."""

    condition: Callable[[I], bool]
    part: Part[P, I, O]


@dataclass(frozen=True, slots=True)
class Branch(Generic[P]):
    """The first way whose condition holds. Conditions are pure, so the choice is the same every time."""

    name: str
    ways: tuple[When[P, Any, Any], ...]
    otherwise: Part[P, Any, Any]


@dataclass(frozen=True, slots=True)
class Parallel(Generic[P]):
    """Parts side by side on the same input. One that fails ends the others; `settled` keeps it from that."""

    name: str
    parts: tuple[Part[P, Any, Any], ...]
    gives: type[BaseModel]
    at_once: int


@dataclass(frozen=True, slots=True)
class Loop(Generic[P]):
    body: Workflow[P, Any, Any]
    ends: Callable[[Iteration[Any]], bool]
    says: str
    feedback: Callable[[Any], str]
    limit: int

    @property
    def name(self) -> str:
        return self.body.name


@dataclass(frozen=True, slots=True)
class ForEach(Generic[P]):
    body: Part[P, Any, Any]
    over: Callable[[Any], Sequence[BaseModel]]
    gives: type[BaseModel]
    at_once: int
    limit: int

    @property
    def name(self) -> str:
        return self.body.name


SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Settle(Generic[P]):
    part: Part[P, Any, Any]
    gives: type[BaseModel]

    @property
    def name(self) -> str:
        """Where it is kept how the part came out, beside the part itself."""
        return SETTLED


@dataclass(frozen=True, slots=True)
class Suspend(Generic[P]):
    name: str
    waits_for: type[BaseModel]
    gives: type[BaseModel]
    within: timedelta | None
    late: Part[P, Any, Any] | None


@dataclass(frozen=True, slots=True)
class Sleep:
    name: str
    length: timedelta


Node: TypeAlias = (
    Then[P]
    | Nested[P]
    | Map
    | Branch[P]
    | Parallel[P]
    | Loop[P]
    | ForEach[P]
    | Settle[P]
    | Suspend[P]
    | Sleep
)


@dataclass(frozen=True, slots=True)
class Workflow(Generic[P, I, O]):
    name: str
    takes: type[I]
    gives: type[O]
    nodes: tuple[Node[P], ...] = ()
    on_failure: Step[P, Failed[I], Nothing] | None = None
    goes_on_with: frozenset[str] = frozenset()
    """Digests of earlier definitions whose journals this one can finish."""

    def then(self, nxt: Part[P, O, N]) -> Workflow[P, I, N]:
        return self._with(Then(nxt) if isinstance(nxt, Step) else Nested(nxt), nxt.gives)

    def map(self, change: Callable[[O], N], gives: type[N]) -> Workflow[P, I, N]:
        return self._with(Map(change.__name__, gives, change), gives)

    def branch(self, name: str, *ways: When[P, O, N], otherwise: Part[P, O, N]) -> Workflow[P, I, N]:
        """Takes the first way whose condition holds, else the last."""
        _unique(name, [way.part for way in ways] + [otherwise])
        return self._with(Branch(name, ways, otherwise), otherwise.gives)

    @overload
    def parallel(
        self, name: str, first: Part[P, O, A], second: Part[P, O, B], /, *, at_once: int = SIDE_BY_SIDE
    ) -> Workflow[P, I, Both[A, B]]: ...

    @overload
    def parallel(
        self,
        name: str,
        first: Part[P, O, A],
        second: Part[P, O, B],
        third: Part[P, O, C],
        /,
        *,
        at_once: int = SIDE_BY_SIDE,
    ) -> Workflow[P, I, Three[A, B, C]]: ...

    def parallel(
        self, name: str, /, *parts: Part[P, O, Any], at_once: int = SIDE_BY_SIDE
    ) -> Workflow[P, I, Any]:
        """Two or three parts on the same input, so many at once. More than three: nest, or `foreach`."""
        _unique(name, parts)
        _positive(name, at_once)
        shape: Any = Both if len(parts) == 2 else Three
        gives = shape[tuple(part.gives for part in parts)]
        return self._with(Parallel(name, parts, gives, at_once), gives)

    def dountil(
        self,
        body: Workflow[P, O, O],
        *,
        until: Callable[[Iteration[O]], bool],
        feedback: Callable[[O], str],
        limit: int,
    ) -> Workflow[P, I, O]:
        """Repeats the body on its own output, until the condition holds for the turn that has just ended; at
        the limit the run fails with the last feedback."""
        _positive(body.name, limit)
        return self._with(Loop(body, until, f"until {until.__name__}", feedback, limit), self.gives)

    def dowhile(
        self,
        body: Workflow[P, O, O],
        *,
        goes_on: Callable[[Iteration[O]], bool],
        feedback: Callable[[O], str],
        limit: int,
    ) -> Workflow[P, I, O]:
        """Once, and again as long as the condition says so of the turn that has just ended."""
        _positive(body.name, limit)

        def ends(turn: Iteration[O]) -> bool:
            return not goes_on(turn)

        return self._with(Loop(body, ends, f"while {goes_on.__name__}", feedback, limit), self.gives)

    def foreach(
        self,
        body: Part[P, A, B],
        *,
        over: Callable[[O], Sequence[A]],
        at_once: int = SIDE_BY_SIDE,
        limit: int = MOST_ITEMS,
    ) -> Workflow[P, I, Each[O, B]]:
        """The body for each item, so many at once; more items than the limit fail the run."""
        _positive(body.name, at_once)
        _positive(body.name, limit)
        gives: type[Each[O, B]] = Each[self.gives, body.gives]
        return self._with(ForEach(body, over, gives, at_once, limit), gives)

    @overload
    def suspend(self, name: str, *, waits_for: type[A]) -> Workflow[P, I, Answered[O, A]]: ...

    @overload
    def suspend(
        self, name: str, *, waits_for: type[A], within: timedelta, late: Part[P, O, A]
    ) -> Workflow[P, I, Answered[O, A]]: ...

    def suspend(
        self,
        name: str,
        *,
        waits_for: type[A],
        within: timedelta | None = None,
        late: Part[P, O, A] | None = None,
    ) -> Workflow[P, I, Answered[O, A]]:
        """Waits for an answer from outside, holding nothing. `late` answers for whoever did not in time."""
        _named(name, [late.name] if late is not None else [])
        gives: type[Answered[O, A]] = Answered[self.gives, waits_for]
        return self._with(Suspend(name, waits_for, gives, within, late), gives)

    def sleep(self, name: str, length: timedelta) -> Workflow[P, I, O]:
        """Goes on after a while, holding nothing meanwhile."""
        return self._with(Sleep(name, length), self.gives)

    def rescue(self, on_failure: Step[P, Failed[I], Nothing]) -> Workflow[P, I, O]:
        """What is done, durably, before a failure goes any further: telling people."""
        return replace(self, on_failure=on_failure)

    def compatible(self, *definitions: str) -> Workflow[P, I, O]:
        """Declares, by their digests, earlier definitions whose journals this one can finish."""
        return replace(self, goes_on_with=self.goes_on_with | set(definitions))

    def _with(self, node: Node[P], gives: type[N]) -> Workflow[P, I, N]:
        _named(self.name, [node.name])
        if any(node.name == other.name for other in self.nodes):
            raise ValueError(f"{self.name} has two nodes named {node.name}: paths must be unique")
        return Workflow(self.name, self.takes, gives, (*self.nodes, node), self.on_failure, self.goes_on_with)


Part: TypeAlias = Step[P, I, O] | Workflow[P, I, O]
"""What can stand wherever work is done: a step, or a whole workflow."""


@dataclass(frozen=True, slots=True)
class workflow(Generic[I]):  # noqa: N801 - reads as the verb that it is where workflows are built
    """The empty workflow: `workflow("fix", Trigger).then(prepare)…`"""

    name: str
    takes: type[I]

    def then(self, first: Part[P, I, N]) -> Workflow[P, I, N]:
        empty: Workflow[P, I, I] = Workflow(self.name, self.takes, self.takes)
        return empty.then(first)


def when(condition: Callable[[I], bool], part: Part[P, I, O]) -> When[P, I, O]:
    return When(condition, part)


def settled(part: Part[P, I, O]) -> Workflow[P, I, Settled[O]]:
    """The same work, but a failure of it is a value to go on with, and not the end of the run."""
    gives: type[Settled[O]] = Settled[part.gives]
    return Workflow(part.name, part.takes, gives, (Settle(part, gives),))


def unchanged(takes: type[I], name: str = "unchanged") -> Workflow[Any, I, I]:
    """Nothing to do: for the way of a branch that leaves things as they are."""
    return Workflow(name, takes, takes)


def _named(name: str, parts: Sequence[str]) -> None:
    """A place in a run is said as a path: a name that looks like one could be another's."""
    odd = next((part for part in parts if not part or set(part) & set("/[]")), None)
    if odd is not None:
        raise ValueError(f"{name} has a part named {odd!r}: a name is not empty, and has no / [ ]")


def _unique(name: str, parts: Sequence[Part[Any, Any, Any]]) -> None:
    _named(name, [part.name for part in parts])
    if len({part.name for part in parts}) < len(parts):
        raise ValueError(f"{name} has two parts of one name: paths must be unique")


def _positive(name: str, number: int) -> None:
    if number < 1:
        raise ValueError(f"{name} has a limit of {number}: it would never do anything")
