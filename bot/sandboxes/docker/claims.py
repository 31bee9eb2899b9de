"""The container of a set-up as the claim to its key: an engine has only one of a name. All of it blocks."""

from __future__ import annotations

from datetime import datetime

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.types import DriverConfig, Mount

from bot.sandboxes.command import HOME, USER
from bot.sandboxes.docker import container, egress, owners
from bot.sandboxes.environments import KEPT_HOME
from workflows.ports.sandbox import WORKSPACE, SandboxSpec

FILES = 400_000


def claim(
    client: DockerClient, name: str, image: str, spec: SandboxSpec, *, runtime: str, instance: str, most: int
) -> bool:
    """Makes the container, not yet started; False when there is one. `most` is for each of its folders."""
    more = {"memory_bytes": spec.limits.memory_bytes + most}
    roomy = spec.model_copy(update={"limits": spec.limits.model_copy(update=more)})
    volumes = [
        _folder(WORKSPACE, "0700", most),
        _folder(KEPT_HOME, "0700", most),
        # A folder like the others here, since much of what is installed is built and run in it.
        _folder(HOME, "1777", most),
    ]
    try:
        container.create(client, image, roomy, runtime=runtime, instance=instance, name=name, volumes=volumes)
    except APIError as refused:
        if refused.status_code != container.CONFLICT:
            raise
        return False
    return True


def is_abandoned(client: DockerClient, name: str, run: str, seconds: float) -> bool:
    """By the engine's clock. The same run's is of an earlier try, whoever made it: a run has one holder."""
    try:
        found = client.containers.get(name)
    except NotFound:
        return False
    if found.labels.get(owners.RUN) == run:
        return True
    now, began = (_time(str(when)) for when in (client.info()["SystemTime"], found.attrs["Created"]))
    return (now - began).total_seconds() > seconds


def clear(client: DockerClient, name: str) -> None:
    """With all that stands beside it."""
    egress.close(client, name)
    container.remove(client, name)


def _time(said: str) -> datetime:
    # To the second: there are more digits after it than are read.
    return datetime.fromisoformat(f"{said[:19]}+00:00")


def _folder(place: str, mode: str, most: int) -> Mount:
    how = f"size={most},nr_inodes={FILES},uid={USER},gid={USER},mode={mode},nosuid,nodev"
    return Mount(
        place,
        None,
        type="volume",
        driver_config=DriverConfig("local", {"type": "tmpfs", "device": "tmpfs", "o": how}),
    )
