"""A harness on this machine, for a tree that came from a repository on it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from workflows.ports.sandbox import Sandboxes, SandboxSpec
from workflows.project.environment import narrowed, set_up_of
from workflows.project.model import Project
from workflows.proof.harness import Harness
from workflows.proof.runners.port import Runner
from workflows.proof.suite import Suite
from workflows.tree import Tree


@dataclass(frozen=True, slots=True)
class Place:
    sandboxes: Sandboxes
    repository: str
    image: str


async def harness_at(place: Place, project: Project, runner: Runner, base: Tree) -> Harness:
    """Set up from the base alone: what a change brings never runs with network."""
    image = project.image.value or place.image
    spec = SandboxSpec(run=f"local-{secrets.token_hex(6)}", tenant=place.repository, image=image)
    spec = spec.model_copy(update={"limits": narrowed(spec.limits, project)})
    setup = set_up_of(project, base, image)
    if setup is not None:
        environment = await place.sandboxes.set_up(spec, base.pack(), setup)
        spec = spec.model_copy(update={"environment": environment.id})
    suite = Suite(runner, project.path.value)
    return Harness(place.sandboxes, spec, base, suite, project.programs if setup else ())
