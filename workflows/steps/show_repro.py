"""Show: the failing test as a comment, and as a pull request where that was asked for."""

from __future__ import annotations

from policies.effects import OpenPullRequest, PostComment, PullRequestRef, PushCommit
from workflows.case import Reproducing, Shown
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.ports.all import Ports
from workflows.progress import Progress, Stage
from workflows.steps.common import key, perform, report
from workflows.steps.reproduce import reproduced


@step()
async def show_repro(ctx: Context[Ports], now: Reproducing) -> Shown:
    trigger = now.case.trigger
    shown = Shown(case=now.case, repro=reproduced(now))
    if trigger.has("pr"):
        shown = shown.model_copy(update={"pull_request": await _propose(ctx, shown)})
    _, body = ctx.ports.words.repro(shown)
    await perform(
        ctx,
        PostComment(
            key=key(ctx, "repro"),
            repository=trigger.tenant.repository,
            issue=trigger.issue.number,
            body=body,
        ),
        trigger,
    )
    await report(ctx, trigger, Progress(run=ctx.run, stage=Stage.DONE, verdict="a failing test is below"))
    return shown


async def _propose(ctx: Context[Ports], shown: Shown) -> PullRequestRef:
    trigger, case = shown.case.trigger, shown.case
    title, body = ctx.ports.words.repro(shown)
    await perform(
        ctx,
        PushCommit(
            key=key(ctx, "commit"),
            repository=trigger.tenant.repository,
            branch=case.branch,
            base_sha=case.base_sha,
            message=title,
            patch=shown.repro.test,
        ),
        trigger,
    )
    return await perform(
        ctx,
        OpenPullRequest(
            key=key(ctx, "pull-request"),
            repository=trigger.tenant.repository,
            head=case.branch,
            base=case.base_branch,
            title=title,
            body=body,
        ),
        trigger,
    )
