"""What several steps do alike: perform an effect, say how far we are, set up a desk or a harness."""

from __future__ import annotations

import re
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from policies.decision import Decision
from policies.effects import CommentRef, Done, Effect, PostComment
from workflows.engine.context import Context
from workflows.engine.retry import Retry
from workflows.errors import Interrupted, Passing, Problem
from workflows.ports.all import Ports
from workflows.ports.effects import Refused
from workflows.progress import Progress
from workflows.trigger import Trigger
from workflows.unseen import shown, unseen, visible

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


async def try_to(ctx: Context[Ports], effect: Effect[Done], trigger: Trigger) -> str:
    """For what is good to have, and nothing to fail by: empty when it is done, else why it is not."""
    try:
        await perform(ctx, effect, trigger)
    except Interrupted:
        raise
    except Problem as problem:
        if isinstance(problem, Passing) and ctx.attempt < Retry().attempts:
            raise
        return f"{effect.kind()}: {problem.sentence}"
    return ""


STICKY = "progress"
"""One comment on each issue and pull request, whichever run writes it."""


async def report(
    ctx: Context[Ports], trigger: Trigger, progress: Progress, *, on: int | None = None
) -> CommentRef:
    """Edits the one comment on the issue, or on a pull request, that says how far we are."""
    known = {
        "hidden": (*hidden_in(trigger), *progress.hidden),
        "spent": await ctx.ports.ledger.spent(ctx.run),
    }
    return await perform(
        ctx,
        PostComment(
            key=key(ctx, f"progress-{progress.stage}"),
            repository=trigger.tenant.repository,
            issue=on or trigger.issue.number,
            body=ctx.ports.words.progress(progress.model_copy(update=known)),
            # A question may be asked beside a run that is being worked on, and speaks for itself.
            sticky=ctx.run if trigger.workflow == "ask" else STICKY,
        ),
        trigger,
    )


_FENCE = re.compile(r"<(?=\s*/?\s*(?:issue|review|question|diff))", re.IGNORECASE)


def as_data(tag: str, text: str) -> str:
    """Fenced for a model, so that it cannot be taken for an instruction of ours, nor end its own fence."""
    return f"<{tag}>\n{_FENCE.sub('&lt;', text).strip()}\n</{tag}>"


def told(trigger: Trigger) -> str:
    """The issue as a model gets it: what people see of it, as data."""
    issue = as_data("issue", f"{visible(trigger.issue.title)}\n\n{shown(trigger.issue.body)}")
    context = shown(trigger.context)
    return f"{issue}\n\nThe maintainer who asked for this adds:\n{context}" if context else issue


def hidden_in(trigger: Trigger) -> tuple[str, ...]:
    return unseen(trigger.issue.title, trigger.issue.body, trigger.context)
