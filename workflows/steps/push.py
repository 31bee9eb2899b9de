"""Push: one more commit on a branch of ours, and the evidence written anew."""

from __future__ import annotations

from policies.effects import AskForReview, CommitRef, EditPullRequest, PushCommit
from workflows.case import Ground, Proposed, Proven
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.steps.common import key, perform, report, try_to
from workflows.steps.evidence import checked, in_review, with_head
from workflows.verdicts import Verdict


@step()
async def push(ctx: Context[Ports], proven: Proven) -> Proposed:
    assert proven.ground is not None  # noqa: S101 - it was taken up
    ground, before, trigger = proven.ground, proven.ground.proposed, proven.case.trigger
    number = before.pull_request.number
    commit = await _pushed(ctx, proven, ground)
    if commit is None:
        return before.model_copy(update={"unanswered": ground.review})
    proof, digest = await with_head(ctx, proven.proof, commit)
    for_checks = ground.review.verdict is Verdict.CHECKS_FAILED
    summary = "\n\n".join(text for text in (before.summary, proven.summary) if text)
    _, body = ctx.ports.words.pull_request(trigger, summary, proof, digest)
    repository = trigger.tenant.repository
    edit = EditPullRequest(key=key(ctx, "pull-request"), repository=repository, number=number, body=body)
    await perform(ctx, edit, trigger)
    notes = [await checked(ctx, trigger, proof)]
    if ground.review.verdict is Verdict.CHANGES_REQUESTED:
        again = AskForReview(
            key=key(ctx, "reviewers"), repository=repository, number=number, people=(ground.review.by,)
        )
        notes.append(await try_to(ctx, again, trigger))
    await report(ctx, trigger, in_review(ctx.run, proof, number, ground.hidden), on=number)
    return Proposed(
        case=proven.case,
        commit=commit,
        pull_request=before.pull_request,
        proof=digest,
        summary=summary,
        plan=proven.plan,
        notes=tuple(filter(None, notes)),
        unasked=before.unasked + 1 if for_checks else 0,
    )


async def _pushed(ctx: Context[Ports], proven: Proven, ground: Ground) -> CommitRef | None:
    """None when somebody pushed since it was taken up: theirs stays, and ours is made again on top."""
    case = proven.case
    commit = PushCommit(
        key=key(ctx, "commit"),
        repository=case.trigger.tenant.repository,
        branch=case.branch,
        base_sha=ground.sha,
        message=ctx.ports.words.commit(case.trigger, proven.summary),
        patch=proven.fix,
        goes_on=True,
    )
    try:
        return await perform(ctx, commit, case.trigger)
    except UserProblem:
        if await ctx.ports.forge.tip(case.trigger.tenant, case.branch) == ground.sha:
            raise
        return None
