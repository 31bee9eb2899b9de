"""What E2B and Daytona are to us: who makes machines, and runs a line of shell in one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Protocol

from workflows.errors import SandboxBroken


class HostSilent(SandboxBroken):
    """The provider itself does not answer, or has too much to do. What it says of one sandbox is not this."""


@dataclass(frozen=True)
class Order:
    """A machine to be made."""

    template: str
    """Empty is the provider's own default."""
    labels: Mapping[str, str]
    hosts: tuple[str, ...] = ()
    """Whom it may talk to, as `name` or `*.name`."""


@dataclass(frozen=True)
class Known:
    """A machine as the provider tells of it."""

    id: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    about: str = ""
    """What it is, in a few words."""
    sealed: bool = False
    """The provider itself says that it talks to nobody but to whom it was asked to."""


class Machine(Protocol):
    @property
    def known(self) -> Known: ...

    async def put(self, files: Mapping[str, bytes]) -> None:
        """Files by absolute path, as root or its agent's user; directories are made."""
        ...

    async def run(self, line: str, heard: Callable[[str], None], *, seconds: float) -> None:
        """Until it ends, whatever its exit code; `heard` is told its standard output. Cancelling this, or the
        end of its time, may leave it running."""
        ...

    async def keep(self, name: str) -> str:
        """What to start others from, as it is now."""
        ...


class Host(Protocol):
    kind: str
    name: str

    async def make(self, order: Order) -> Machine: ...

    async def look(self, machine_id: str) -> Known:
        """Whose it is, without touching it; Gone where there is none."""
        ...

    async def open(self, known: Known) -> Machine:
        """One that was put to sleep is woken."""
        ...

    async def listed(self, labels: Mapping[str, str]) -> Sequence[Known]:
        """All that have these labels, asleep or not."""
        ...

    async def end(self, machine_id: str) -> None:
        """Fine where there is none."""
        ...

    async def kept(self, name: str) -> str:
        """What `keep` gave for this name; empty where there is nothing."""
        ...

    async def close(self) -> None: ...


def loaded(sdk: str) -> ModuleType | None:
    """None where it is not installed. Blocks for as long as it takes."""
    try:
        return importlib.import_module(sdk)
    except ImportError:
        return None
