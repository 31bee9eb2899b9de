"""A Docker engine and an image to measure: those of the tests, else as `scripts/run-tests` has them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SCRIPTS = Path(__file__).parents[3] / "scripts"


class There(NamedTuple):
    host: str
    image: str


@contextmanager
def engine() -> Generator[There]:
    image = os.environ.get("REDFIRST_TEST_SANDBOX_IMAGE", "redfirst-sandbox:local")
    if host := os.environ.get("REDFIRST_TEST_DOCKER_HOST") or _running():
        _said("sandbox-image", image, DOCKER_HOST=host)
        yield There(host, image)
        return
    _said("ensure-commands", "docker", "dockerd", "ip")
    # A socket's path has 107 bytes at most, so the engine is not below wherever this checkout is.
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "redfirst", "engine")
    host = _said("docker-engine", "start", str(folder)).rpartition("DOCKER_HOST=")[2].strip()
    try:
        _said("sandbox-image", image, DOCKER_HOST=host)
        yield There(host, image)
    finally:
        _said("docker-engine", "stop", str(folder))


def _running() -> str:
    """Where the docker command finds one; empty when there is none."""
    try:
        subprocess.run(["docker", "version"], capture_output=True, check=True)
        context = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
        said = subprocess.run(context, capture_output=True, text=True, check=True).stdout.strip()
    except (FileNotFoundError, subprocess.CalledProcessError):
        return ""
    return os.environ.get("DOCKER_HOST") or said


def _said(script: str, *arguments: str, **environment: str) -> str:
    return subprocess.run(
        [SCRIPTS / script, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
