"""Environments that tests made, taken away again."""

from __future__ import annotations

import docker

from bot.sandboxes.docker.environments import KEY
from tests.contract.sandbox_backends import docker_host


def environments_of(instance: str) -> list[str]:
    """The ids of the images."""
    client = docker.DockerClient(base_url=docker_host())
    try:
        found = client.images.list(filters={"label": [KEY, f"redfirst.instance={instance}"]})
        return [str(image.id) for image in found]
    finally:
        client.close()


def forget_environments(instance: str) -> None:
    client = docker.DockerClient(base_url=docker_host())
    try:
        for image in environments_of(instance):
            client.images.remove(image, force=True)
    finally:
        client.close()
