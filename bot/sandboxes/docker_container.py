"""A container as a sandbox: how it is closed off, what it says of itself, its end. All of it blocks."""

from __future__ import annotations

import re
import time
import uuid

from docker import DockerClient
from docker.errors import APIError, ImageNotFound, NotFound
from docker.models.containers import Container
from docker.types import LogConfig, Ulimit

from bot.sandboxes.command import HOME, OPEN_FILES, TMP_BYTES, USER
from workflows.errors import OperatorProblem, SandboxBroken
from workflows.ports import WORKSPACE, SandboxFacts, SandboxSpec

SPEC = "redfirst.spec"
INSTANCE = "redfirst.instance"
OURS = "redfirst.sandbox"
RUN = "redfirst.run"
TENANT = "redfirst.tenant"

_KEEPER = f"{USER - 1}:{USER - 1}"
"""Whom the container's own processes run as. Not whom commands run as: a `kill -9 -1` of theirs, or of ours
after them, spares these, and so the container outlives every command."""
_IDLE = ["sh", "-c", "while :; do sleep 3600; done"]
_CONFLICT = 409

_FIXED_RUNC = {(1, 2): 8, (1, 3): 3}
"""The first releases without CVE-2025-31133, -52565 and -52881, which let code out of its container."""


def create(client: DockerClient, image: str, spec: SandboxSpec, *, runtime: str, instance: str) -> str:
    limits = spec.limits
    if limits.workspace_bytes + TMP_BYTES >= limits.memory_bytes:
        # A full tmpfs would leave no memory for any command, not even for one that cleans up.
        raise OperatorProblem(
            "A sandbox needs more memory than its workspace and /tmp can fill: they are memory."
        )
    # Owned by whom commands run as: an engine takes the mode from the image's directory, if it has one.
    tmp = f"rw,nosuid,nodev,noexec,size={TMP_BYTES},uid={USER},gid={USER},mode=1777,nr_inodes=20000"
    workspace = f"rw,nosuid,nodev,exec,size={limits.workspace_bytes},uid={USER},gid={USER},mode=0700"
    labels = {OURS: "1", RUN: spec.run, TENANT: spec.tenant, INSTANCE: instance}
    labels[SPEC] = spec.model_dump_json()
    container = client.containers.create(
        image,
        entrypoint=_IDLE,
        command=[],
        name=f"redfirst-{uuid.uuid4().hex}",
        hostname="sandbox",
        labels=labels,
        user=_KEEPER,
        environment={"HOME": HOME},
        working_dir=WORKSPACE,
        init=True,
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        ipc_mode="private",
        pids_limit=limits.pids,
        mem_limit=limits.memory_bytes,
        memswap_limit=limits.memory_bytes,
        nano_cpus=int(limits.cpus * 1e9),
        tmpfs={HOME: tmp, WORKSPACE: f"{workspace},nr_inodes=50000"},
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
        raise OperatorProblem(
            f"The sandbox image {name} is not on this engine: docker pull {name}, or build the local base "
            "image with scripts/sandbox-image."
        ) from missing


def facts(client: DockerClient, container: Container) -> SandboxFacts:
    """Of the container as it is, not as it was asked for."""
    used = client.images.get(container.attrs["Image"])
    digests: list[str] = used.attrs.get("RepoDigests") or []
    name: str = container.attrs["Config"]["Image"]
    runtime: str = container.attrs["HostConfig"].get("Runtime") or "default"
    return SandboxFacts(
        kind="docker",
        image=digests[0] if digests else f"{name}@{used.id}",
        network=container.attrs["HostConfig"]["NetworkMode"],
        runtime=f"runc {_runc(client)}".strip() if runtime == "runc" else runtime,
    )


def warning(runtime: str) -> str:
    """For people, where the runtime is known to let code out."""
    numbers = [int(number) for number in re.findall(r"\d+", runtime)[:3]]
    if not runtime.startswith("runc ") or len(numbers) < 3:
        return ""
    release, patch = (numbers[0], numbers[1]), numbers[2]
    if release > max(_FIXED_RUNC) or patch >= _FIXED_RUNC.get(release, patch + 1):
        return ""
    return f" Upgrade {runtime}: code can get out of it (CVE-2025-31133); 1.2.8, 1.3.3 and 1.4 are fixed."


def remove(client: DockerClient, container_id: str) -> None:
    try:
        client.api.remove_container(container_id, force=True, v=True)
    except NotFound:
        return
    except APIError as refused:
        # A conflict means that somebody else is removing it: it is gone when it cannot be found.
        if refused.status_code != _CONFLICT:
            raise
    for _ in range(100):
        try:
            client.api.inspect_container(container_id)
        except NotFound:
            return
        time.sleep(0.05)
    raise SandboxBroken(f"The container {container_id[:12]} would not go away.")


def _runc(client: DockerClient) -> str:
    parts: list[dict[str, str]] = client.version().get("Components", [])
    return next((part["Version"] for part in parts if part.get("Name") == "runc"), "")
