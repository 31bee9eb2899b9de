"""Answer: somebody reads the code, and says what it shows."""

from __future__ import annotations

from policies.effects import PostComment
from workflows.agents.loop import work
from workflows.agents.roles import ANSWERER
from workflows.case import Question, Told
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.ports.all import Ports
from workflows.steps.common import as_data, key, perform
from workflows.steps.reading import diff_of, readers_desk
from workflows.trigger import Trigger
from workflows.unseen import shown, uncovered, visible

LONGEST_DIFF = 60_000


@step(timeout=1800)
async def answer(ctx: Context[Ports], question: Question) -> Told:
    trigger = question.trigger
    at = await readers_desk(ctx, question)
    said = await work(ctx, ANSWERER, _task(trigger, (await diff_of(ctx, question))[:LONGEST_DIFF]), at)
    known = tuple(one for one in said.references if at.tree.text(one.path) is not None)
    done = await perform(
        ctx,
        PostComment(
            key=key(ctx, "answer"),
            repository=trigger.tenant.repository,
            issue=trigger.issue.number,
            body=ctx.ports.words.answer(trigger, said.model_copy(update={"references": known}), question.sha),
        ),
        trigger,
    )
    return Told(ref=done.ref, url=done.url)


def _task(trigger: Trigger, diff: str) -> str:
    parts = [as_data("question", shown(trigger.context))]
    if trigger.place is not None:
        where = f"It was asked below line {trigger.place.line} of {visible(trigger.place.path)}:"
        parts.append(f"{where}\n{as_data('diff', uncovered(trigger.place.hunk))}")
    about = "pull request" if trigger.on_pull_request else "issue"
    text = f"{visible(trigger.issue.title)}\n\n{shown(trigger.issue.body)}"
    parts.append(f"It was asked on this {about}:\n{as_data('issue', text)}")
    if diff:
        parts.append(f"Which changes this:\n{as_data('diff', uncovered(diff))}")
    return "\n\n".join(parts)
