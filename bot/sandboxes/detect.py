"""Which sandboxes this machine can have."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from bot.breakers import Breakers
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.sandboxes.egress.config import Egress
from bot.sandboxes.environments import Keeping
from bot.sandboxes.process.machine import INSTALL
from bot.sandboxes.process.sandboxes import ProcessSandboxes
from workflows.errors import OperatorProblem
from workflows.ports.sandbox import Sandboxes

Preference = Literal["auto", "docker", "process"]


async def choose(
    preference: Preference,
    *,
    image: str,
    root: Path,
    host: str = "",
    runtime: str = "",
    instance: str = "default",
    python_prefixes: Sequence[Path] = (),
    path: Sequence[str] = (),
    breakers: Breakers | None = None,
    egress: Egress | None = None,
    keeping: Keeping | None = None,
    pool: int = 0,
) -> Sandboxes:
    """Containers where an engine answers, else bubblewrap. The facts of each sandbox say which it was."""
    docker = DockerSandboxes(
        image,
        host=host,
        runtime=runtime,
        instance=instance,
        breakers=breakers,
        egress=egress,
        keeping=keeping,
        pool=pool,
    )
    process = ProcessSandboxes(
        root, python_prefixes=python_prefixes, path=path, egress=egress, keeping=keeping
    )
    if preference == "process":
        return process
    try:
        await docker.open()
    except OperatorProblem as no_engine:
        if preference == "docker":
            raise
        if not shutil.which("bwrap"):
            raise OperatorProblem(
                f"This machine has no sandbox for untrusted code. {no_engine.sentence} "
                f"For code that you trust, bubblewrap will do: {INSTALL}."
            ) from no_engine
        return process
    return docker
