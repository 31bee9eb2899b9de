"""What a forge can do besides being read by runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from handlers.left_behind import LeftBehind
from policies.effects import Done, Effect
from workflows.ports.forge import Forge, PullRequest
from workflows.trigger import IssueSnapshot, Tenant

R = TypeVar("R", bound=Done)


class ReadableForge(Forge, Protocol):
    """What is begun by hand or by the clock reads its issue first. A run never can: it has it as it was."""

    async def name_now(self, tenant: Tenant) -> str:
        """What the repository is called now; Gone when nobody knows it."""
        ...

    async def issue(self, tenant: Tenant, number: int) -> IssueSnapshot:
        """As it is now; Gone when there is none."""
        ...

    async def labelled(self, tenant: Tenant, label: str) -> Sequence[int]:
        """The open issues, not pull requests, with this label, oldest first."""
        ...

    async def left_behind(self, tenant: Tenant, number: int, label: str) -> LeftBehind:
        """The issue as it is now, what people did there, and what we left; Gone when there is none."""
        ...

    async def open_on(self, tenant: Tenant, base: str) -> Sequence[PullRequest]:
        """The open pull requests that are to be merged into this branch, newest first."""
        ...


class WritableForge(ReadableForge, Protocol):
    """Only `effects.perform` holds one of these. Each write finds its own marker first."""

    async def write(self, tenant: Tenant, effect: Effect[R]) -> R:
        """Makes it so, unless it is so already; OperatorProblem for what this forge cannot do."""
        ...

    async def close(self) -> None: ...
