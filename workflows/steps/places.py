"""Where a project's commands run: on its base, with what its set-up left, made once and found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from policies.effects import OpenNetwork
from workflows.agents.desk import Desk
from workflows.case import Case
from workflows.engine.context import Context
from workflows.errors import Gone
from workflows.ports.all import Ports
from workflows.ports.sandbox import Environment, SandboxSpec
from workflows.project.environment import narrowed, set_up_of
from workflows.project.hosts import KNOWN
from workflows.project.model import Project
from workflows.proof.harness import Harness
from workflows.proof.runners.detect import named
from workflows.proof.suite import Suite
from workflows.steps.common import key, perform
from workflows.tree import Tree, unpack
from workflows.trigger import Tenant, Trigger


async def archive_of(ctx: Context[Ports], tenant: Tenant, sha: str, digest: str) -> bytes:
    """The base from the blobs, or from the forge again where this machine does not have it."""
    try:
        return await ctx.ports.blobs.get(digest)
    except Gone:
        return await ctx.ports.forge.tarball(tenant, sha)


def suite_of(case: Case) -> Suite:
    return Suite(named(case.runner, case.project), case.project.path.value)


async def base_tree(ctx: Context[Ports], case: Case) -> Tree:
    return unpack(await archive_of(ctx, case.trigger.tenant, case.base_sha, case.archive))


def sandbox_spec(ctx: Context[Ports], tenant: Tenant) -> SandboxSpec:
    return SandboxSpec(run=ctx.run, tenant=tenant.repository, image=ctx.ports.image)


@dataclass(frozen=True, slots=True)
class Place:
    spec: SandboxSpec
    programs: tuple[str, ...] = ()
    """Folders that its set-up left programs in."""
    environment: Environment | None = None


async def place(ctx: Context[Ports], trigger: Trigger, project: Project, tree: Tree) -> Place:
    """Asked for each time: an environment may have been taken away since, by whoever needed the room."""
    ports, plain = ctx.ports, sandbox_spec(ctx, trigger.tenant)
    image = project.image.value or plain.image
    spec = plain.model_copy(update={"image": image, "limits": narrowed(plain.limits, project)})
    setup = set_up_of(project, tree, image)
    if setup is None:
        return Place(spec)
    if setup.hosts:
        asked = OpenNetwork(
            key=key(ctx, "network"),
            repository=trigger.tenant.repository,
            hosts=setup.hosts,
            granted=(*sorted(KNOWN), *ports.allowance.hosts),
        )
        await perform(ctx, asked, trigger)
    environment = await ports.sandboxes.set_up(spec, tree.pack(), setup)
    spec = spec.model_copy(update={"environment": environment.id})
    return Place(spec, project.programs, environment)


async def _place_of(ctx: Context[Ports], case: Case, tree: Tree) -> Place:
    """From the base alone: nothing that a model wrote ever runs with network."""
    if case.project.setup.value:
        tree = await base_tree(ctx, case)
    return await place(ctx, case.trigger, case.project, tree)


async def harness(ctx: Context[Ports], case: Case, tree: Tree | None = None) -> Harness:
    """On the base, if nothing else is said."""
    tree = tree or await base_tree(ctx, case)
    at = await _place_of(ctx, case, tree)
    return Harness(ctx.ports.sandboxes, at.spec, tree, suite_of(case), at.programs)


async def desk(ctx: Context[Ports], case: Case, tree: Tree, objection: Callable[[str], str | None]) -> Desk:
    at = await _place_of(ctx, case, tree)
    return Desk(tree, ctx.ports.sandboxes, at.spec, ctx.ports.blobs, objection, at.programs)
