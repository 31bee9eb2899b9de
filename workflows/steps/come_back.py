"""Come back: what was asked for is done, or people are told why not; then the pull request is theirs."""

from __future__ import annotations

from workflows.case import Proposed
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.engine.values import Answered, Both, Settled
from workflows.errors import Failure
from workflows.ports.all import Ports
from workflows.ports.forge import PullRequest
from workflows.progress import Progress, Stage
from workflows.steps.common import report
from workflows.verdicts import Review, Verdict

Reviewed = Answered[Proposed, Review]
Tried = Both[Reviewed, Settled[Proposed]]


@step()
async def come_back(ctx: Context[Ports], tried: Tried) -> Proposed:
    """A pull request that is over needs no more words: the run goes on to its end, as if it had been told."""
    came = tried.second
    if came.value is not None:
        return came.value
    assert came.failure is not None  # noqa: S101 - one of both
    left = tried.first.before.model_copy(update={"unanswered": None})
    over = await _over(ctx, left)
    if over is not None:
        return left.model_copy(update={"unanswered": Review(verdict=over, by="")})
    await report(ctx, left.case.trigger, _why_not(ctx.run, left, came.failure), on=left.pull_request.number)
    return left


async def _over(ctx: Context[Ports], proposed: Proposed) -> Verdict | None:
    tenant, number = proposed.case.trigger.tenant, proposed.pull_request.number
    pull = await ctx.record("pull request", PullRequest, lambda: ctx.ports.forge.pull_request(tenant, number))
    if pull.is_open:
        return None
    return Verdict.MERGED if pull.is_merged else Verdict.CLOSED


def _why_not(run: str, left: Proposed, failure: Failure) -> Progress:
    return Progress(run=run, stage=Stage.REVIEW, pull_request=left.pull_request.number, failure=failure)


def goes_on(proposed: Proposed) -> bool:
    return proposed.unanswered is not None


def again(proposed: Proposed) -> Reviewed:
    """With the branch as it is now."""
    assert proposed.unanswered is not None  # noqa: S101 - asked only where it goes on
    return Reviewed(before=proposed.model_copy(update={"unanswered": None}), answer=proposed.unanswered)
