"""The sandboxes that the contract is held against, each behind the same few words."""

from __future__ import annotations

import os
import shutil
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.sandboxes.memory import MemorySandbox, MemorySandboxes
from bot.sandboxes.process.sandboxes import ProcessSandboxes
from workflows.ports.sandbox import Sandboxes

EVERY = ("memory", "process", "docker", "e2b", "daytona")
REAL = ("process", "docker", "e2b", "daytona")


@dataclass(frozen=True)
class Backend:
    name: str
    another: Callable[[], Sandboxes]
    """A new instance that reaches the same sandboxes, as a second worker would."""


def backend(name: str, scratch: Path) -> Backend:
    match name:
        case "memory":
            boxes: dict[str, MemorySandbox] = {}
            return Backend(name, lambda: MemorySandboxes(boxes))
        case "process":
            if not shutil.which("bwrap"):
                _absent("bubblewrap is not installed: scripts/install-system-packages bubblewrap")
            prefixes = [Path(sys.prefix), Path(sys.base_prefix)]
            return Backend(name, lambda: ProcessSandboxes(scratch / "sandboxes", python_prefixes=prefixes))
        case "e2b" | "daytona":
            # Imported here, since their SDKs take seconds to load.
            from tests.standins.remote import daytona_here, e2b_here

            there = e2b_here() if name == "e2b" else daytona_here()
            instance = uuid.uuid4().hex
            return Backend(name, lambda: there.sandboxes(instance))
        case _:
            host, image = docker_host(), docker_image()
            # Its own instance, so that tests side by side do not reap each other's containers.
            instance = f"test-{uuid.uuid4().hex}"
            return Backend(name, lambda: DockerSandboxes(image, host=host, instance=instance))


def docker_host() -> str:
    return os.environ.get("REDFIRST_TEST_DOCKER_HOST") or _absent(
        "REDFIRST_TEST_DOCKER_HOST names no Docker engine: scripts/docker-engine start DIR"
    )


def docker_image() -> str:
    return os.environ.get("REDFIRST_TEST_SANDBOX_IMAGE", "redfirst-sandbox:local")


def _absent(what: str) -> NoReturn:
    """Where everything is meant to be there, what is missing is a failure and not a gap in the report."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def shown_in_tmp() -> set[str]:
    """What bubblewrap has to show there of a checkout, and of its Python, that is below /tmp itself."""
    places = (Path(prefix).parts for prefix in (sys.prefix, sys.base_prefix))
    return {parts[2] for parts in places if parts[:2] == ("/", "tmp") and len(parts) > 2}
