"""A commit on the branch of a pull request of ours: what was proven was without it.

One of our own is proven on what its branch stands on, which may be behind its base by now: whoever looks will
see that. A run that proves again pushes nothing, so it calls for no other.
"""

from __future__ import annotations

from handlers.decision import Decision, Ignore, ProveAgain
from handlers.events import PullRequestPushed
from handlers.house import House, VerifyAgain
from workflows.branch import issue_of


def decide(event: PullRequestPushed, house: House) -> Decision:
    if issue_of(event.branch) is None:
        return Ignore(reason="the pull request is not one of ours")
    if house.in_job:
        return Ignore(reason="a job has no proof to go by: in a workflow, `redfirst prove` needs none")
    if house.verify_again is VerifyAgain.OFF:
        return Ignore(reason="pull requests are not verified again here")
    return ProveAgain(number=event.number, branch=event.branch)
