"""Images of ours on an engine: those of a label, and when each was used last. All of it blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import cast

from docker import DockerClient
from docker.errors import APIError, ImageNotFound
from docker.models.images import Image


def labelled(client: DockerClient, labels: Sequence[str]) -> Iterator[Image]:
    """Those that are still there when they are looked at."""
    listed = cast("list[Mapping[str, str]]", client.api.images(filters={"label": list(labels)}))
    for one in listed:
        try:
            yield client.images.get(one["Id"])
        except ImageNotFound:
            continue


def last_named(image: Image) -> float:
    """When it was given its name, which each use does again; not every engine says so."""
    told = cast("Mapping[str, str]", image.attrs.get("Metadata") or {})
    said = told.get("LastTagTime") or str(image.attrs["Created"])
    # To the second: there are more digits after it than are read.
    return datetime.fromisoformat(f"{said[:19]}+00:00").timestamp()


def removed(client: DockerClient, name: str) -> bool:
    """False when it was gone already, or a container of it is still there."""
    try:
        client.images.remove(name)
    except APIError as refused:
        if not refused.is_client_error():
            raise
        return False
    return True
