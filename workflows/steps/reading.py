"""What those share who only read: the files at one commit, and the diff of a pull request."""

from __future__ import annotations

from workflows.agents.desk import Desk
from workflows.case import Question
from workflows.engine.context import Context
from workflows.errors import Gone
from workflows.ports.all import Ports
from workflows.steps.places import archive_of, sandbox_spec
from workflows.tree import unpack


async def readers_desk(ctx: Context[Ports], question: Question) -> Desk:
    tenant = question.trigger.tenant
    return Desk(
        base=unpack(await archive_of(ctx, tenant, question.sha, question.archive)),
        sandboxes=ctx.ports.sandboxes,
        blobs=ctx.ports.blobs,
        spec=sandbox_spec(ctx, tenant),
        objection=lambda path: f"{path}: whoever only reads changes nothing",
    )


async def diff_of(ctx: Context[Ports], question: Question) -> str:
    """Empty where it is about no pull request. It may be gone from here, and is then asked for again."""
    if not question.diff:
        return ""
    try:
        return (await ctx.ports.blobs.get(question.diff)).decode(errors="replace")
    except Gone:
        return await ctx.ports.forge.diff(question.trigger.tenant, question.trigger.issue.number)
