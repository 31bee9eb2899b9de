"""Propose: one commit on a branch of ours, and a draft pull request with the evidence."""

from __future__ import annotations

from policies.effects import AddLabels, AskForReview, OpenPullRequest, PullRequestRef, PushCommit
from workflows.case import Proposed, Proven
from workflows.engine.context import Context
from workflows.engine.step import step
from workflows.owners import owners_of
from workflows.ports.all import Ports
from workflows.proof.statement import Proof
from workflows.steps.common import key, perform, report, try_to
from workflows.steps.evidence import checked, in_review, with_head
from workflows.steps.places import base_tree
from workflows.tree import Tree

LABEL = "redfirst"
MOST_REVIEWERS = 15


@step()
async def propose(ctx: Context[Ports], proven: Proven) -> Proposed:
    case, trigger = proven.case, proven.case.trigger
    commit = await perform(
        ctx,
        PushCommit(
            key=key(ctx, "commit"),
            repository=trigger.tenant.repository,
            branch=case.branch,
            base_sha=case.base_sha,
            message=ctx.ports.words.commit(trigger, proven.summary),
            patch=proven.fix.merged(proven.repro.test),
        ),
        trigger,
    )
    proof, digest = await with_head(ctx, proven.proof, commit)
    title, body = ctx.ports.words.pull_request(trigger, proven.summary, proof, digest)
    pull_request = await perform(
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
    notes = await _introduced(ctx, proven, pull_request, proof)
    await report(ctx, trigger, in_review(ctx.run, proof, pull_request.number))
    return Proposed(
        case=case,
        commit=commit,
        pull_request=pull_request,
        proof=digest,
        summary=proven.summary,
        plan=proven.plan,
        notes=notes,
    )


async def _introduced(
    ctx: Context[Ports], proven: Proven, pull_request: PullRequestRef, proof: Proof
) -> tuple[str, ...]:
    """Reviewers, a label and a check. Without them it is a pull request all the same."""
    case, trigger, number = proven.case, proven.case.trigger, pull_request.number
    repository = trigger.tenant.repository
    people, teams = _reviewers(proven, await base_tree(ctx, case))
    ask = AskForReview(
        key=key(ctx, "reviewers"), repository=repository, number=number, people=people, teams=teams
    )
    label = AddLabels(key=key(ctx, "label"), repository=repository, issue=number, names=(LABEL,))
    notes = [
        await try_to(ctx, ask, trigger) if people or teams else "",
        await try_to(ctx, label, trigger),
        await checked(ctx, trigger, proof),
    ]
    return tuple(filter(None, notes))


def _reviewers(proven: Proven, base: Tree) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who asked for it, and who looks after what it touches; no more than the rules let us ask."""
    trigger = proven.case.trigger
    touched = proven.fix.merged(proven.repro.test).paths()
    owners = owners_of(touched, base, trigger.tenant.repository.partition("/")[0])
    asked = () if trigger.actor.is_bot else (trigger.actor.login,)
    others = [login for login in owners.people if login.lower() not in {each.lower() for each in asked}]
    people = (*asked, *others)[:MOST_REVIEWERS]
    return people, owners.teams[: MOST_REVIEWERS - len(people)]
