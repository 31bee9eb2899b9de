"""Environments as images: made, found, used, and taken away again. All of it blocks.

An image appears when it is complete and not before, so a crash leaves none that is half made. When it was
used last is when it was last given its name.
"""

from __future__ import annotations

import io
import tarfile
from typing import cast

from docker import DockerClient
from docker.errors import ImageNotFound
from docker.models.images import Image
from docker.types import LogConfig, Mount

from bot.sandboxes.command import USER
from bot.sandboxes.docker.container import BASE, remove
from bot.sandboxes.docker.images import labelled, last_named, removed
from bot.sandboxes.docker.owners import INSTANCE, OURS, RUN, TENANT
from bot.sandboxes.environments import KEPT, KEPT_HOME, KEPT_WORKSPACE, Base, Keeping, Kept, superfluous
from bot.sandboxes.setting_up import STAYING
from workflows.errors import UserProblem
from workflows.ports.sandbox import WORKSPACE, SandboxSpec
from workflows.printed import clean

REPOSITORY = "redfirst-environment"
KEY = "redfirst.environment"
_BYTES = "redfirst.bytes"
_FILES = "redfirst.files"
_FROM = "/from"
_PACK_SECONDS = 900

# Bounded on the way, since what is sparse in a tmpfs need not be in an image.
_PACK = f"""
for part in home workspace; do
    cd {_FROM}/$part && tar -c -f - . | head -c "$1" | tar -x -p -f - -C {KEPT}/$part || exit 1
done
"""


def name_of(key: str) -> str:
    return f"{REPOSITORY}:{key}"


def find(client: DockerClient, instance: str, tenant: str, key: str) -> Kept | None:
    """Only to whom it belongs."""
    try:
        image = client.images.get(name_of(key))
    except ImageNotFound:
        return None
    kept = _kept(image)
    return kept if kept and kept.tenant == tenant and image.labels.get(INSTANCE) == instance else None


def use(client: DockerClient, instance: str, tenant: str, key: str) -> Kept | None:
    """The same, and it is now the last that would be taken away."""
    kept = find(client, instance, tenant, key)
    if kept:
        client.api.tag(name_of(key), REPOSITORY, key, force=True)
    return kept


def keep(
    client: DockerClient, made_in: str, base: Base, kept: Kept, spec: SandboxSpec, *, instance: str, most: int
) -> None:
    """What is in the volumes of the container `made_in`, on top of the image that it was made from."""
    mounts = cast("list[dict[str, str]]", client.api.inspect_container(made_in)["Mounts"])
    volumes = {one["Destination"]: one["Name"] for one in mounts}
    packer = client.containers.create(
        base.id,
        entrypoint=["sh", "-c", _PACK, "sh", str(most)],
        command=[],
        labels={OURS: "1", RUN: spec.run, TENANT: spec.tenant, INSTANCE: instance},
        user=f"{USER}:{USER}",
        network_mode="none",
        init=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        pids_limit=64,
        mem_limit=spec.limits.memory_bytes,
        memswap_limit=spec.limits.memory_bytes,
        mounts=[
            Mount(f"{_FROM}/home", volumes[KEPT_HOME], type="volume", read_only=True),
            Mount(f"{_FROM}/workspace", volumes[WORKSPACE], type="volume", read_only=True),
        ],
        log_config=LogConfig(type="json-file", config={"max-size": "128k", "max-file": "1"}),
        use_config_proxy=False,
    )
    try:
        client.api.put_archive(str(packer.id), "/", _folders())
        packer.start()
        ended = packer.wait(timeout=_PACK_SECONDS)
        if ended["StatusCode"]:
            why = clean(bytes(packer.logs(tail=20))).strip()
            raise UserProblem(f"What the set-up left cannot be kept: {why[-500:]}")
        said: dict[str, str | int] = {
            # Of the packer, which this comes from; what is started from it is another's.
            RUN: "",
            BASE: base.pinned,
            KEY: kept.key,
            INSTANCE: instance,
            TENANT: kept.tenant,
            _BYTES: kept.bytes,
            _FILES: kept.files,
        }
        changes = [f"LABEL {label}={_quoted(str(value))}" for label, value in said.items()]
        changes += [f"ENV {variable}={value}" for variable, value in STAYING.items()]
        client.api.commit(str(packer.id), REPOSITORY, kept.key, changes=[*changes, "ENTRYPOINT []"])
    finally:
        remove(client, str(packer.id))


def trim(client: DockerClient, instance: str, keeping: Keeping, now: float) -> list[Kept]:
    """What went. One that a sandbox was started from stays until that is gone."""
    found = map(_kept, labelled(client, [KEY, f"{INSTANCE}={instance}"]))
    going = superfluous([kept for kept in found if kept], keeping, now)
    return [one for one in going if removed(client, name_of(one.key))]


def _kept(image: Image) -> Kept | None:
    labels = image.labels
    try:
        return Kept(
            key=labels[KEY],
            tenant=labels[TENANT],
            bytes=int(labels[_BYTES]),
            files=int(labels[_FILES]),
            used=last_named(image),
        )
    except (KeyError, ValueError):
        return None


def _folders() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, owner in ((KEPT, 0), (KEPT_HOME, USER), (KEPT_WORKSPACE, USER)):
            member = tarfile.TarInfo(name.lstrip("/"))
            member.type, member.mode, member.uid, member.gid = tarfile.DIRTYPE, 0o755, owner, owner
            tar.addfile(member)
    return out.getvalue()


def _quoted(text: str) -> str:
    """As one word of a line of a Dockerfile."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
