"""A commit on a branch that pull requests of ours may be for: what was proven was on an older one."""

from __future__ import annotations

from handlers.decision import Decision, Ignore, ProveAllAgain
from handlers.events import BranchPushed
from handlers.house import House, VerifyAgain
from workflows.branch import issue_of


def decide(event: BranchPushed, house: House) -> Decision:
    if issue_of(event.branch) is not None:
        return Ignore(reason="a branch of ours: its pull request tells of it")
    if house.in_job:
        return Ignore(reason="a job has no proof to go by: in a workflow, `redfirst prove` needs none")
    if house.verify_again is not VerifyAgain.ALWAYS:
        return Ignore(reason="pull requests are not verified again here when their base moves")
    return ProveAllAgain(base=event.branch)
