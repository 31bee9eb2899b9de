"""Environments: what a set-up has left, under a key of all that it was made from. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workflows.ports.sandbox import SandboxSpec, SetUp

_FORMAT = 1
"""Another one makes all environments anew."""

KEPT = "/opt/redfirst"
KEPT_HOME = f"{KEPT}/home"
"""HOME while a set-up runs. It stays where it is, and is read-only afterwards: what is there is found by
variables, and need not be copied."""
KEPT_WORKSPACE = f"{KEPT}/workspace"
"""What a set-up left in the workspace, without the repository. It is copied into each new one, for paths must
hold, and tools write beside what they use."""

DAY = 86_400.0


@dataclass(frozen=True)
class Base:
    """The image that one is made on top of."""

    id: str
    pinned: str
    """How a proof names it."""


@dataclass(frozen=True)
class Kept:
    """An environment that is there."""

    key: str
    tenant: str
    bytes: int
    files: int
    used: float


@dataclass(frozen=True)
class Keeping:
    """How many are kept, how much of them, and for how long after they were used."""

    count: int = 50
    bytes: int = 20 * 1024**3
    seconds: float = 14 * DAY
    each_bytes: int = 2 * 1024**3
    """That a set-up may leave in the workspace, and as much beside it."""
    spare_seconds: float = 3600.0
    """Whoever was just given one is about to start from it."""


def key_of(instance: str, spec: SandboxSpec, image: str, setup: SetUp) -> str:
    """Never shared between installations, nor between tenants. `image` is the digest of what is there now."""
    parts = [_FORMAT, instance, spec.tenant, image, setup.key, setup.commands, setup.hosts]
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


def superfluous(kept: Iterable[Kept], keeping: Keeping, now: float) -> Sequence[Kept]:
    """What is to go: what was not used for long, and then the least recently used until the rest fits."""
    going: list[Kept] = []
    staying, size = 0, 0
    for one in sorted(kept, key=lambda one: one.used, reverse=True):
        idle = now - one.used
        fits = staying < keeping.count and size + one.bytes <= keeping.bytes
        if idle <= keeping.spare_seconds or (fits and idle <= keeping.seconds):
            staying, size = staying + 1, size + one.bytes
        else:
            going.append(one)
    return going[::-1]


def roomier(spec: SandboxSpec, kept: Kept) -> SandboxSpec:
    """With place for what is copied, which a repository's own limit does not count."""
    limits = spec.limits
    more = {
        "workspace_bytes": limits.workspace_bytes + kept.bytes,
        # Once more for a snapshot of it: both are memory.
        "memory_bytes": limits.memory_bytes + 2 * kept.bytes,
    }
    return spec.model_copy(update={"limits": limits.model_copy(update=more)})
