"""What a commit means that somebody pushed: to a pull request of ours, or to the branch that it is for."""

from __future__ import annotations

import pytest

from handlers import router
from handlers.decision import Decision, Ignore, ProveAgain, ProveAllAgain
from handlers.events import BranchPushed, ChecksFailed, PullRequestPushed
from handlers.house import House, VerifyAgain
from workflows.trigger import Actor, Tenant

TENANT = Tenant(repository="octo/reds", installation=5)
PERSON = Actor(id=1, login="maintainer")
OURSELVES = Actor(id=99, login="redfirst[bot]", is_bot=True)
OTHER_BOT = Actor(id=98, login="formatter[bot]", is_bot=True)
BRANCH = "redfirst/7-total"


def to_pull_request(
    branch: str = BRANCH, actor: Actor = PERSON, again: VerifyAgain = VerifyAgain.ALWAYS, *, job: bool = False
) -> Decision:
    event = PullRequestPushed(delivery="d", tenant=TENANT, actor=actor, number=8, branch=branch, sha="c" * 40)
    return router.decide(event, House(bot_id=99, verify_again=again, in_job=job))


def to_base(
    branch: str = "main", actor: Actor = PERSON, again: VerifyAgain = VerifyAgain.ALWAYS, *, job: bool = False
) -> Decision:
    event = BranchPushed(delivery="d", tenant=TENANT, actor=actor, branch=branch, sha="c" * 40)
    return router.decide(event, House(bot_id=99, verify_again=again, in_job=job))


@pytest.mark.parametrize("actor", [PERSON, OTHER_BOT])
def test_a_commit_counts_whoever_made_it(actor: Actor) -> None:
    assert to_pull_request(actor=actor) == ProveAgain(number=8, branch=BRANCH)
    assert to_base(actor=actor) == ProveAllAgain(base="main")


def test_our_own_commit_counts_as_well_since_its_base_may_have_moved() -> None:
    assert to_pull_request(actor=OURSELVES) == ProveAgain(number=8, branch=BRANCH)
    assert isinstance(to_pull_request(actor=OURSELVES, again=VerifyAgain.OFF), Ignore)
    assert to_base(actor=OURSELVES) == Ignore(reason="this was our own doing")


@pytest.mark.parametrize("branch", ["", "main", "redfirst/", "redfirst/x", "x/redfirst/7"])
def test_a_commit_on_the_pull_request_of_somebody_else_means_nothing(branch: str) -> None:
    assert to_pull_request(branch) == Ignore(reason="the pull request is not one of ours")


def test_a_commit_on_a_branch_of_ours_is_told_by_its_pull_request() -> None:
    assert isinstance(to_base(BRANCH), Ignore)


@pytest.mark.parametrize(
    ("again", "pull", "base"),
    [(VerifyAgain.ALWAYS, True, True), (VerifyAgain.PUSHES, True, False), (VerifyAgain.OFF, False, False)],
)
def test_an_operator_says_what_is_verified_again(again: VerifyAgain, pull: bool, base: bool) -> None:
    assert isinstance(to_pull_request(again=again), ProveAgain) is pull
    assert isinstance(to_base(again=again), ProveAllAgain) is base


def test_a_job_says_what_can_be_done_in_a_workflow_instead() -> None:
    for decision in (to_pull_request(job=True), to_base(job=True)):
        assert isinstance(decision, Ignore)
        assert "redfirst prove" in decision.reason


@pytest.mark.parametrize("ours", ["17", "Iv1.abc"])
def test_our_own_check_that_fails_is_nothing_to_work_on(ours: str) -> None:
    event = ChecksFailed(
        delivery="d",
        tenant=TENANT,
        actor=OTHER_BOT,
        branch=BRANCH,
        sha="c" * 40,
        app="us",
        app_ids=("17", "Iv1.abc"),
    )
    assert router.decide(event, House(app=ours)) == Ignore(reason="this was our own check")
    assert not isinstance(router.decide(event, House(app="18")), Ignore)
    assert not isinstance(router.decide(event, House()), Ignore)
