"""What several steps do alike: perform an effect, say how far we are, set up a desk or a harness."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from policies.decision import Decision
from policies.effects import CommentRef, Done, Effect, PostComment
from workflows.agents.desk import Desk
from workflows.case import Case
from workflows.engine.context import Context
from workflows.errors import Gone
from workflows.ports import Ports, Refused, SandboxSpec
from workflows.progress import Progress
from workflows.proof.harness import Harness
from workflows.proof.results import Results
from workflows.proof.runners.detect import named
from workflows.tree import Tree, unpack
from workflows.trigger import Tenant, Trigger

R = TypeVar("R", bound=Done)


class _Performed(BaseModel):
    """What the journal keeps of an effect: what was done, or the no."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    done: dict[str, str | int | bool] | None = None
    refused: Decision | None = None


async def perform(ctx: Context[Ports], effect: Effect[R], trigger: Trigger) -> R:
    """Once in the life of the run. A no is recorded too, and raised each time the step comes here again."""

    async def act() -> _Performed:
        try:
            done = await ctx.ports.effects.perform(effect, trigger)
        except Refused as refused:
            return _Performed(kind=effect.kind(), refused=refused.decision)
        return _Performed(kind=effect.kind(), done=done.model_dump(mode="json"))

    performed = await ctx.record(f"effect {effect.key}", _Performed, act)
    if performed.refused is not None:
        raise Refused(performed.kind, performed.refused)
    return effect.gives.model_validate(performed.done)  # pyright: ignore[reportReturnType] - gives is R's class


def key(ctx: Context[Ports], name: str) -> str:
    """Names an effect of this step for all time."""
    return f"{ctx.run}/{ctx.path}/{name}"


async def report(ctx: Context[Ports], trigger: Trigger, progress: Progress) -> CommentRef:
    """Edits the one comment on the issue that says how far we are."""
    return await perform(
        ctx,
        PostComment(
            key=key(ctx, f"progress-{progress.stage}"),
            repository=trigger.tenant.repository,
            issue=trigger.issue.number,
            body=ctx.ports.words.progress(progress),
            sticky=ctx.run,
        ),
        trigger,
    )


async def archive_of(ctx: Context[Ports], tenant: Tenant, sha: str, digest: str) -> bytes:
    """The base from the blobs, or from the forge again where this machine does not have it."""
    try:
        return await ctx.ports.blobs.get(digest)
    except Gone:
        return await ctx.ports.forge.tarball(tenant, sha)


async def base_tree(ctx: Context[Ports], case: Case) -> Tree:
    return unpack(await archive_of(ctx, case.trigger.tenant, case.base_sha, case.archive))


def sandbox_spec(ctx: Context[Ports], tenant: Tenant) -> SandboxSpec:
    return SandboxSpec(run=ctx.run, tenant=tenant.repository, image=ctx.ports.image)


async def harness(ctx: Context[Ports], case: Case) -> Harness:
    return Harness(
        sandboxes=ctx.ports.sandboxes,
        spec=sandbox_spec(ctx, case.trigger.tenant),
        tree=await base_tree(ctx, case),
        runner=named(case.runner),
    )


def desk(ctx: Context[Ports], case: Case, tree: Tree, objection: Callable[[str], str | None]) -> Desk:
    return Desk(
        base=tree,
        sandboxes=ctx.ports.sandboxes,
        spec=sandbox_spec(ctx, case.trigger.tenant),
        objection=objection,
    )


async def baseline(ctx: Context[Ports], case: Case) -> Results:
    return Results.model_validate_json(await ctx.ports.blobs.get(case.baseline))


_FENCE = re.compile(r"<(?=\s*/?\s*issue)", re.IGNORECASE)


def told(trigger: Trigger) -> str:
    """The issue as a model gets it: fenced, so that it cannot be taken for an instruction of ours."""
    body = _FENCE.sub("&lt;", f"{trigger.issue.title}\n\n{trigger.issue.body}")
    asked = f"\n\nThe maintainer who asked for this adds:\n{trigger.context}" if trigger.context else ""
    return f"<issue>\n{body.strip()}\n</issue>{asked}"
