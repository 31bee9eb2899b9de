"""Remark: somebody looks at a pull request, and says on its lines what has to change."""

from __future__ import annotations

from policies.effects import Remark, SubmitReview
from workflows.agents.loop import work
from workflows.agents.roles import REVIEWER, ReviewWritten
from workflows.case import Question, Told
from workflows.diff import lines_shown
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.steps.common import as_data, hidden_in, key, perform, told
from workflows.steps.reading import diff_of, readers_desk
from workflows.unseen import uncovered, unseen_characters

LONGEST_DIFF = 200_000
MOST_REMARKS = 20


@step(timeout=1800)
async def remark(ctx: Context[Ports], question: Question) -> Told:
    trigger, diff = question.trigger, await diff_of(ctx, question)
    if len(diff) > LONGEST_DIFF:
        raise UserProblem(
            f"the diff has {len(diff):,} characters, and {LONGEST_DIFF:,} are looked at at most"
        )
    task = f"{told(trigger)}\n\nThe change:\n{as_data('diff', uncovered(diff))}"
    written = await work(ctx, REVIEWER, task, await readers_desk(ctx, question))
    words = ctx.ports.words
    on_lines, others = _placed(written, diff)
    done = await perform(
        ctx,
        SubmitReview(
            key=key(ctx, "review"),
            repository=trigger.tenant.repository,
            number=trigger.issue.number,
            sha=question.sha,
            body=words.review(written.summary, others, [*hidden_in(trigger), *unseen_characters(diff)]),
            remarks=tuple(Remark(path=r.path, line=r.line, body=words.remark(r.body)) for r in on_lines),
        ),
        trigger,
    )
    return Told(ref=done.ref, url=done.url)


def _placed(written: ReviewWritten, diff: str) -> tuple[list[Remark], list[Remark]]:
    """Those on lines that the diff shows, and the others: GitHub takes a remark nowhere else."""
    shown = lines_shown(diff)
    remarks = [Remark(path=r.path, line=r.line, body=r.body) for r in written.remarks[:MOST_REMARKS]]
    on_lines = [r for r in remarks if r.line in shown.get(r.path, ())]
    return on_lines, [r for r in remarks if r not in on_lines]
