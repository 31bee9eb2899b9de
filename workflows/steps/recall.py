"""Recall: what an earlier run proposed, to go on with it for whoever asks for changes now."""

from __future__ import annotations

from workflows.case import Proposed
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.engine.values import Answered
from workflows.errors import Gone, UserProblem
from workflows.ports.all import Ports
from workflows.trigger import Trigger
from workflows.verdicts import Review


@step()
async def recall(ctx: Context[Ports], trigger: Trigger) -> Answered[Proposed, Review]:
    try:
        proposed = Proposed.model_validate_json(await ctx.ports.blobs.get(trigger.proposed))
    except Gone as gone:
        raise UserProblem("what was proposed is not kept any more, so it cannot be gone on with") from gone
    then = proposed.case.trigger
    if then.tenant.repository != trigger.tenant.repository or trigger.review is None:
        raise UserProblem("this is not a review of something that was proposed here")
    # The issue stays the one that it is about; who may have it changed is who asks now.
    now = then.model_copy(
        update={
            "key": trigger.key,
            "tenant": trigger.tenant,
            "actor": trigger.actor,
            "release": trigger.release,
        }
    )
    case = proposed.case.model_copy(update={"trigger": now})
    return Answered[Proposed, Review](
        before=proposed.model_copy(update={"case": case}), answer=trigger.review
    )
