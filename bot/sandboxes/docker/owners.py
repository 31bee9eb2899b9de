"""Whose a container is. Labels are for life, so of one that waited in a pool its name says it. All of it
blocks.

Who takes one from his pool renames it, and so does whoever clears away what waits in the pools of others. An
engine looks for a container before it locks it: of two at the same moment it gives both what they want, one
after the other. So the one says a moment later once more whose it is, and the other looks only then what it
is called.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Iterator

from docker import DockerClient
from docker.errors import APIError, NotFound

from workflows.ports.sandbox import SandboxSpec

INSTANCE = "redfirst.instance"
OURS = "redfirst.sandbox"
RUN = "redfirst.run"
TENANT = "redfirst.tenant"
POOL = "redfirst.pool"
"""The pool that it was made for; only containers of pools have it."""

_WAITING = "redfirst-pool"
_LEFT = "redfirst-left"
AGAIN_SECONDS = 0.5
_MEANWHILE_SECONDS = 3.0
"""Until whoever took one at the same moment has said so again."""
_BAD_REQUEST = 400
_OWNED = re.compile(r"redfirst-run-(?P<run>[0-9a-f]{24})-")


def labels(spec: SandboxSpec, instance: str, pool: str) -> dict[str, str]:
    ours = {OURS: "1", INSTANCE: instance}
    return ours | ({POOL: pool} if pool else {RUN: spec.run, TENANT: spec.tenant})


def waiting(pool: str) -> str:
    return f"{_WAITING}-{pool}-{secrets.token_hex(8)}"


def owned(spec: SandboxSpec) -> str:
    """With words for people, too, who look at a list of containers."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{spec.tenant}-{spec.run}").strip("-")[:60]
    return f"redfirst-run-{_digest(spec.run)}-{words}-{secrets.token_hex(4)}"


def take(client: DockerClient, name: str, spec: SandboxSpec) -> str:
    """Its new name; empty when somebody else has it, or it is gone."""
    ours = owned(spec)
    return ours if _renamed(client, name, ours) else ""


def say_again(client: DockerClient, container_id: str, name: str) -> None:
    try:
        _renamed(client, container_id, name)
    except APIError as refused:
        # It is refused the name that it has.
        if refused.status_code != _BAD_REQUEST:
            raise


def stale(client: DockerClient, instance: str, keep: frozenset[str], pool: str) -> Iterator[str]:
    """The ids of those that no run among `keep` has, and that do not wait in our own `pool`."""
    filters: dict[str, str | list[str] | bool] = {"label": [f"{OURS}=1", f"{INSTANCE}={instance}"]}
    kept = {_digest(run) for run in keep}
    left: list[str] = []
    for found in client.containers.list(all=True, filters=filters, sparse=True, ignore_removed=True):
        labels: dict[str, str] = found.attrs["Labels"]
        names: list[str] = found.attrs["Names"]
        name = next((one.removeprefix("/") for one in names), "")
        if POOL not in labels:
            if labels.get(RUN) not in keep:
                yield str(found.id)
        elif owner := _OWNED.match(name):
            if owner["run"] not in kept:
                yield str(found.id)
        elif labels[POOL] != pool:
            left.append(name.replace(_WAITING, _LEFT, 1))
            if name != left[-1]:
                _renamed(client, name, left[-1])
    if left:
        time.sleep(_MEANWHILE_SECONDS)
        yield from (name for name in left if _is_there(client, name))


def _renamed(client: DockerClient, old: str, new: str) -> bool:
    try:
        client.api.rename(old, new)
    except NotFound:
        return False
    return True


def _is_there(client: DockerClient, name: str) -> bool:
    try:
        client.api.inspect_container(name)
    except NotFound:
        return False
    return True


def _digest(run: str) -> str:
    return hashlib.sha256(run.encode()).hexdigest()[:24]
