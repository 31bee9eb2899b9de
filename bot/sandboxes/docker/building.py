"""The image that tests run in, built from our Dockerfile by the engine itself. All of it blocks."""

from __future__ import annotations

import io
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from workflows.errors import OperatorProblem
from workflows.printed import clean

if TYPE_CHECKING:
    from docker import DockerClient

TARGET = "sandbox"
NO_REGISTRY = (
    "Where no image registry is reached, scripts/sandbox-image builds a small one from Debian packages; or "
    "name a base that is here already, with --base."
)


class _Line(BaseModel):
    """One of what an engine says while it builds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stream: str = ""
    status: str = ""
    error: str = ""


def build(
    client: DockerClient, name: str, *, base: str = "", network: str = "", ca: Path | None
) -> Iterator[str]:
    """What the engine says, as it says it. Nobody's files but our own are sent to it."""
    from docker.utils.build import match_tag

    if not match_tag(name):
        raise OperatorProblem(
            f"{name!r} is no name for an image: small letters, digits and . _ - / in it, perhaps :tag after."
        )
    said = client.api.build(
        fileobj=io.BytesIO(_context(ca)),
        custom_context=True,
        target=TARGET,
        tag=name,
        buildargs={"BASE": base} if base else {},
        network_mode=network or None,
        rm=True,
        forcerm=True,
        decode=True,
    )
    for each in said:
        line = _Line.model_validate(each)
        if line.error:
            raise OperatorProblem(
                f"The image could not be built: {clean(line.error.encode()).strip()} {NO_REGISTRY}"
            )
        if text := clean((line.stream or line.status).encode()).strip():
            yield text


def _context(ca: Path | None) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in (("Dockerfile", _dockerfile()), ("LICENSE", b""), *_bundle(ca)):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _bundle(ca: Path | None) -> list[tuple[str, bytes]]:
    if ca is None:
        return []
    try:
        return [("ca-bundle.crt", ca.read_bytes())]
    except OSError as problem:
        raise OperatorProblem(f"REDFIRST_CA_BUNDLE cannot be read: {ca}: {problem.strerror}") from problem


def _dockerfile() -> bytes:
    """At the top of a checkout, or where it was put when we were installed."""
    for place in (Path(__file__).parents[3] / "Dockerfile", Path(sys.prefix) / "share/redfirst/Dockerfile"):
        if place.is_file():
            return place.read_bytes()
    raise OperatorProblem("This installation has no Dockerfile: reinstall redfirst.")
