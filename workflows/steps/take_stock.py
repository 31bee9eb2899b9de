"""Take stock: what would be merged of a pull request of ours now, whichever push it was that called us."""

from __future__ import annotations

from workflows.case import Judged, Proposed, Standing
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.errors import Gone, UserProblem
from workflows.ports.all import Ports
from workflows.ports.forge import Head, PullRequest
from workflows.trigger import Trigger


@step()
async def take_stock(ctx: Context[Ports], trigger: Trigger) -> Standing:
    proposed, forge, tenant = await proposed_in(ctx, trigger), ctx.ports.forge, trigger.tenant
    number, branch = proposed.pull_request.number, proposed.case.branch
    pull = await ctx.record("pull request", PullRequest, lambda: forge.pull_request(tenant, number))
    head = await ctx.record("head", Head, lambda: tip(ctx, trigger, branch))
    base = await ctx.record("base", Head, lambda: tip(ctx, trigger, pull.base_branch))
    return Standing(
        trigger=trigger,
        proposed=proposed,
        head_sha=head.sha,
        base_branch=base.branch,
        base_sha=base.sha,
        over=_over(pull, head, base),
    )


def is_open(standing: Standing) -> bool:
    return not standing.over


def nothing_to_prove(standing: Standing) -> Judged:
    return Judged(standing=standing, said=standing.over)


async def proposed_in(ctx: Context[Ports], trigger: Trigger) -> Proposed:
    try:
        return Proposed.model_validate_json(await ctx.ports.blobs.get(trigger.proposed))
    except Gone as gone:
        raise UserProblem("what was proposed is not kept any more, so it cannot be proved again") from gone


async def tip(ctx: Context[Ports], trigger: Trigger, branch: str) -> Head:
    return Head(branch=branch, sha=await ctx.ports.forge.tip(trigger.tenant, branch))


def _over(pull: PullRequest, head: Head, base: Head) -> str:
    if not pull.is_open:
        return f"#{pull.number} was {'merged' if pull.is_merged else 'closed'} meanwhile"
    if not pull.from_here or pull.branch != head.branch:
        return f"#{pull.number} is not from {head.branch} any more"
    gone = next((one.branch for one in (head, base) if not one.sha), "")
    return f"the branch {gone} is gone" if gone else ""
