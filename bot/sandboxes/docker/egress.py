"""A way out for a container that has no network: two more containers, which end when the set-up does.

The proxy is on a network that leads out, and listens on a socket in a volume. The relay has that volume, and
the loopback of the set-up's container, which so reaches the proxy and nothing else: there is no interface to
send anything else by, no resolver, no gateway, no neighbour. All of it blocks.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
import time
from collections.abc import Sequence
from dataclasses import dataclass

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.types import DriverConfig, LogConfig, Mount

from bot.sandboxes.docker.container import remove, require_image
from bot.sandboxes.docker.images import labelled, last_named, removed
from bot.sandboxes.docker.owners import labels
from bot.sandboxes.docker.shell import KEEPER
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.egress.denied import Denied, heard
from bot.sandboxes.egress.packed import packed
from bot.sandboxes.egress.relay import PORT
from bot.sandboxes.egress.rules import written
from workflows.errors import OperatorProblem
from workflows.ports.sandbox import SandboxSpec

REPOSITORY = "redfirst-egress"
_USER = f"{KEEPER}:{KEEPER}"
"""Not whom a set-up's commands run as."""
_ARCHIVE = "/opt/redfirst-egress.pyz"
_FOLDER = "/run/redfirst-egress"
_SOCKET = f"{_FOLDER}/proxy"
_MEMORY = 256 * 1024**2
_READY = b"ready"
_READY_SECONDS = 30.0


@dataclass(frozen=True)
class Way:
    """For the container of one set-up. It ends with `close`."""

    client: DockerClient
    container: str
    name: str
    spec: SandboxSpec
    egress: Egress
    image: str
    instance: str

    def open(self, hosts: Sequence[str]) -> None:
        """To `hosts`, and to nobody else."""
        runs = self._image(self.egress.image or self.image)
        proxy = self._start(
            runs,
            "proxy",
            ["proxy", _SOCKET, written(hosts, self.egress.internal)],
            network=self.egress.network,
            dns=list(self.egress.dns),
            mounts=[_folder()],
        )
        # Not before the proxy's socket is there, nor the set-up's first command before this one's port is.
        _await(proxy)
        relay = self._start(
            runs,
            "relay",
            ["relay", _SOCKET, str(PORT)],
            network_mode=f"container:{self.container}",
            volumes_from=[str(proxy.id)],
        )
        _await(relay)

    def denied(self) -> tuple[Denied, ...]:
        """Whom it was asked for in vain."""
        proxy = self.client.containers.get(f"{self.name}-proxy")
        return heard(bytes(proxy.logs(stdout=True, stderr=False)))

    def _image(self, base: str) -> str:
        """`base` with the proxy in it, made on the engine when it is first needed."""
        require_image(self.client, base)
        archive = packed()
        under = str(self.client.images.get(base).id)
        tag = hashlib.sha256(under.encode() + archive).hexdigest()[:32]
        try:
            self.client.api.tag(f"{REPOSITORY}:{tag}", REPOSITORY, tag, force=True)
        except NotFound:
            ours = labels(self.spec, self.instance, "")
            made = str(self.client.containers.create(base, ["true"], network_mode="none", labels=ours).id)
            try:
                self.client.api.put_archive(made, "/", _tar(archive))
                # It is every run's, and not only this one's.
                said = [f"LABEL {REPOSITORY}={tag}", *(f'LABEL {name}=""' for name in ours)]
                self.client.api.commit(made, REPOSITORY, tag, changes=said)
            finally:
                remove(self.client, made)
        return f"{REPOSITORY}:{tag}"

    def _start(
        self,
        image: str,
        part: str,
        argv: Sequence[str],
        *,
        network: str | None = None,
        network_mode: str | None = None,
        dns: list[str] | None = None,
        mounts: list[Mount] | None = None,
        volumes_from: list[str] | None = None,
    ) -> Container:
        container = self.client.containers.create(
            image,
            entrypoint=["python3", "-I", _ARCHIVE],
            command=list(argv),
            name=f"{self.name}-{part}",
            labels=labels(self.spec, self.instance, ""),
            user=_USER,
            working_dir="/",
            init=True,
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            ipc_mode="private",
            pids_limit=64,
            mem_limit=_MEMORY,
            memswap_limit=_MEMORY,
            network=network,
            network_mode=network_mode,
            dns=dns,
            mounts=mounts,
            volumes_from=volumes_from,
            log_config=LogConfig(type="json-file", config={"max-size": "128k", "max-file": "1"}),
            use_config_proxy=False,
        )
        try:
            container.start()
        except APIError as refused:
            raise OperatorProblem(
                f"The proxy of set-ups cannot be started: {refused.explanation}"
            ) from refused
        return container


def trim(client: DockerClient, before: float) -> None:
    """Takes away images of the proxy that nobody used since: of earlier releases, or on top of old images."""
    for image in labelled(client, [REPOSITORY]):
        if last_named(image) < before:
            removed(client, f"{REPOSITORY}:{image.labels[REPOSITORY]}")


def close(client: DockerClient, name: str) -> None:
    for part in ("relay", "proxy"):
        remove(client, f"{name}-{part}")


def _folder() -> Mount:
    how = f"size=64k,uid={KEEPER},gid={KEEPER},mode=0700,nosuid,nodev,noexec"
    return Mount(
        _FOLDER,
        None,
        type="volume",
        driver_config=DriverConfig("local", {"type": "tmpfs", "device": "tmpfs", "o": how}),
    )


def _await(container: Container) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not (said := bytes(container.logs())).startswith(_READY):
        container.reload()
        if container.status != "running" or time.monotonic() > deadline:
            raise OperatorProblem(
                "The proxy of set-ups does not start; its image needs a python3 of at least 3.9 "
                f"(REDFIRST_EGRESS_IMAGE names another one): {said.decode(errors='replace').strip()[-300:]}"
            )
        time.sleep(0.02)


def _tar(archive: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        member = tarfile.TarInfo(_ARCHIVE.lstrip("/"))
        member.size, member.mode = len(archive), 0o644
        tar.addfile(member, io.BytesIO(archive))
    return out.getvalue()
