"""A container as a sandbox: how it is closed off, what it says of itself, its end. All of it blocks."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from docker import DockerClient
from docker.errors import APIError, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.models.images import Image
from docker.types import LogConfig, Mount, Ulimit

from bot.sandboxes.command import HOME, OPEN_FILES, TMP_BYTES, USER
from bot.sandboxes.docker.owners import labels, owned, waiting
from bot.sandboxes.docker.shell import KEEP, KEEPER, PLACE
from bot.sandboxes.seccomp import docker_profile
from workflows.errors import OperatorProblem, SandboxBroken
from workflows.ports.sandbox import WORKSPACE, SandboxFacts, SandboxSpec

SPEC = "redfirst.spec"
BASE = "redfirst.base"
"""Of an environment: the image that it was made on top of."""

_OURS = "redfirst-sandbox"
"""In no registry: made by `redfirst sandbox build`, which says what to do where it cannot."""

_COPIES_BYTES = 8 * 1024**2
_SHM_BYTES = 32 * 1024**2
_SYSCTLS = {
    # What outlives the process that made it, and no `rm` takes away, would reach later commands.
    "kernel.shm_rmid_forced": "1",
    "kernel.msgmni": "0",
    "kernel.sem": "32000 0 0 0",
    "fs.mqueue.queues_max": "0",
}
CONFLICT = 409

NO_SECCOMP = "no seccomp"
_UNFILTERED = " The engine filters no system calls: start it with its own seccomp profile."
_FIXED_RUNC = {(1, 2): 8, (1, 3): 3}
"""The first releases without CVE-2025-31133, -52565 and -52881, which let code out of its container."""


def create(
    client: DockerClient,
    image: str,
    spec: SandboxSpec,
    *,
    runtime: str,
    instance: str,
    name: str = "",
    pool: str = "",
    volumes: Sequence[Mount] = (),
    more_files: int = 0,
) -> str:
    """In a `pool` it belongs to no run yet. `volumes` stand in place of a tmpfs: those of a set-up, which
    another container reads in the end. `more_files` is what an environment puts into the workspace."""
    limits = spec.limits
    kept = limits.workspace_bytes + _COPIES_BYTES
    if limits.workspace_bytes + TMP_BYTES + _SHM_BYTES + kept >= limits.memory_bytes:
        # A full tmpfs would leave no memory for any command, not even for one that cleans up.
        raise OperatorProblem(
            "A sandbox needs more memory than its workspace, a snapshot of it and /tmp can fill: they "
            "are memory."
        )
    # Owned by whom commands run as: an engine takes the mode from the image's directory, if it has one.
    tmp = f"rw,nosuid,nodev,noexec,size={TMP_BYTES},uid={USER},gid={USER},mode=1777,nr_inodes=20000"
    workspace = f"rw,nosuid,nodev,exec,size={limits.workspace_bytes},uid={USER},gid={USER},mode=0700"
    keeper = f"rw,nosuid,nodev,exec,size={kept},uid={KEEPER},gid={KEEPER},mode=0755,nr_inodes=200"
    tmpfs = {HOME: tmp, WORKSPACE: f"{workspace},nr_inodes={50_000 + more_files}", PLACE: keeper}
    container = client.containers.create(
        image,
        entrypoint=["sh", "-c", KEEP],
        command=[],
        name=name or (waiting(pool) if pool else owned(spec)),
        hostname="sandbox",
        labels={**labels(spec, instance, pool), SPEC: spec.model_dump_json()},
        user=f"{KEEPER}:{KEEPER}",
        environment={"HOME": HOME},
        working_dir=WORKSPACE,
        init=True,
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges", f"seccomp={docker_profile()}"],
        ipc_mode="private",
        pids_limit=limits.pids,
        mem_limit=limits.memory_bytes,
        memswap_limit=limits.memory_bytes,
        nano_cpus=int(limits.cpus * 1e9),
        tmpfs={place: how for place, how in tmpfs.items() if place not in {one["Target"] for one in volumes}},
        mounts=list(volumes),
        shm_size=_SHM_BYTES,
        sysctls=_SYSCTLS,
        ulimits=[
            Ulimit(name="nofile", soft=OPEN_FILES, hard=OPEN_FILES),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="fsize", soft=limits.file_bytes, hard=limits.file_bytes),
        ],
        log_config=LogConfig(type="none"),
        use_config_proxy=False,
        runtime=runtime or None,
    )
    return str(container.id)


def require_image(client: DockerClient, name: str) -> None:
    if not name:
        raise OperatorProblem("No sandbox image is named in the settings.")
    try:
        client.images.get(name)
    except ImageNotFound as missing:
        ours = name.partition(":")[0] == _OURS
        get = f"redfirst sandbox build --name {name}" if ours else f"docker pull {name}"
        other = "" if ours else ", or make one of ours: redfirst sandbox build"
        raise OperatorProblem(f"The sandbox image {name} is not on this engine: {get}{other}.") from missing


def pinned(image: Image, name: str) -> str:
    """By its digest, so that it says which one it was."""
    digests: list[str] = image.attrs.get("RepoDigests") or []
    return digests[0] if digests else f"{name}@{image.id}"


def facts(client: DockerClient, container: Container) -> SandboxFacts:
    """Of the container as it is, not as it was asked for."""
    used = client.images.get(container.attrs["Image"])
    name = pinned(used, str(container.attrs["Config"]["Image"]))
    base: str = used.labels.get(BASE, "")
    runtime: str = container.attrs["HostConfig"].get("Runtime") or "default"
    name_of_it = f"runc {_runc(client)}".strip() if runtime == "runc" else runtime
    return SandboxFacts(
        kind="docker",
        image=f"{base} with environment {used.id}" if base else name,
        network=container.attrs["HostConfig"]["NetworkMode"],
        runtime=f"{name_of_it}, {_walls(client)}",
    )


def warning(runtime: str) -> str:
    """For people, where the runtime is known to let code out, or lacks a wall."""
    return f"{_old_runc(runtime)}{_UNFILTERED if NO_SECCOMP in runtime else ''}"


def _old_runc(runtime: str) -> str:
    numbers = [int(number) for number in re.findall(r"\d+", runtime)[:3]]
    if not runtime.startswith("runc ") or len(numbers) < 3:
        return ""
    release, patch = (numbers[0], numbers[1]), numbers[2]
    if release > max(_FIXED_RUNC) or patch >= _FIXED_RUNC.get(release, patch + 1):
        return ""
    name = runtime.partition(",")[0]
    return f" Upgrade {name}: code can get out of it (CVE-2025-31133); 1.2.8, 1.3.3 and 1.4 are fixed."


def remove(client: DockerClient, container_id: str) -> None:
    try:
        client.api.remove_container(container_id, force=True, v=True)
    except NotFound:
        return
    except APIError as refused:
        # A conflict means that somebody else is removing it: it is gone when it cannot be found.
        if refused.status_code != CONFLICT:
            raise
    for _ in range(100):
        try:
            client.api.inspect_container(container_id)
        except NotFound:
            return
        time.sleep(0.05)
    raise SandboxBroken(f"The container {container_id[:12]} would not go away.")


def _walls(client: DockerClient) -> str:
    """What the engine itself has around every container, or has not."""
    options: list[str] = client.info().get("SecurityOptions") or []
    names = {part for option in options for part in option.split(",")}
    seccomp = "seccomp" if "name=seccomp" in names and "profile=unconfined" not in names else NO_SECCOMP
    more = {"name=userns": "user namespace", "name=rootless": "rootless", "name=apparmor": "AppArmor"}
    return ", ".join([seccomp, *(said for name, said in more.items() if name in names)])


def _runc(client: DockerClient) -> str:
    parts: list[dict[str, str]] = client.version().get("Components", [])
    return next((part["Version"] for part in parts if part.get("Name") == "runc"), "")
