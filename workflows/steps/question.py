"""Question: the repository, and the pull request if it is about one, as they are at one commit."""

from __future__ import annotations

from workflows.case import Question
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.ports.blobs import Digest
from workflows.ports.forge import Head, PullRequest
from workflows.trigger import Trigger


@step(timeout=600)
async def question(ctx: Context[Ports], trigger: Trigger) -> Question:
    forge, blobs, tenant = ctx.ports.forge, ctx.ports.blobs, trigger.tenant

    async def fetch() -> Digest:
        return Digest(digest=await blobs.put(await forge.tarball(tenant, sha)))

    async def changed() -> Digest:
        try:
            diff = await forge.diff(tenant, trigger.issue.number)
        except UserProblem:
            # A question can be answered from the files alone; a review cannot be written of them.
            if trigger.workflow != "ask":
                raise
            return Digest(digest="")
        return Digest(digest=await blobs.put(diff.encode()))

    if not trigger.on_pull_request:
        sha = (await ctx.record("head", Head, lambda: forge.head(tenant))).sha
        return Question(trigger=trigger, sha=sha, archive=(await ctx.record("archive", Digest, fetch)).digest)
    number = trigger.issue.number
    sha = (await ctx.record("pull request", PullRequest, lambda: forge.pull_request(tenant, number))).sha
    return Question(
        trigger=trigger,
        sha=sha,
        archive=(await ctx.record("archive", Digest, fetch)).digest,
        diff=(await ctx.record("diff", Digest, changed)).digest,
    )
