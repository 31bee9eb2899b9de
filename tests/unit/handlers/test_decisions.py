"""What each event means. Handlers are pure: an event in, a decision out."""

from __future__ import annotations

import pytest

from handlers import router
from handlers.decision import Ignore, Reply, Resume, Start, Topic
from handlers.events import Event, IssueCommented, IssueLabeled, PullRequestClosed
from handlers.house import House
from tests.unit.fakes import issue
from workflows.review import Review, Verdict
from workflows.trigger import Actor, Tenant

HOUSE = House(label="agent:fix", bot_id=99)
TENANT = Tenant(repository="octo/reds", installation=5)
PERSON = Actor(id=1, login="maintainer")
OURSELVES = Actor(id=99, login="redfirst[bot]", is_bot=True)
OTHER_BOT = Actor(id=98, login="dependabot[bot]", is_bot=True)


def labeled(label: str = "agent:fix", actor: Actor = PERSON) -> IssueLabeled:
    return IssueLabeled(delivery="d", tenant=TENANT, actor=actor, issue=issue(), label=label)


def commented(body: str, actor: Actor = PERSON, *, pull: bool = False) -> IssueCommented:
    return IssueCommented(
        delivery="d",
        tenant=TENANT,
        actor=actor,
        issue=issue(),
        comment=42,
        body=body,
        on_pull_request=pull,
    )


def closed(
    *, run: str = "r1", branch: str = "redfirst/7-total", merged: bool = False, actor: Actor = PERSON
) -> PullRequestClosed:
    return PullRequestClosed(
        delivery="d", tenant=TENANT, actor=actor, number=8, branch=branch, run=run, merged=merged
    )


def test_the_label_starts_a_fix_of_the_issue() -> None:
    decision = router.decide(labeled(), HOUSE)
    assert decision == Start(workflow="fix", goal="Total is off by one", issue=issue())


@pytest.mark.parametrize("label", ["bug", "Agent:Fix", "agent:fix ", "agent:fixed", ""])
def test_another_label_starts_nothing(label: str) -> None:
    assert router.decide(labeled(label), HOUSE) == Ignore(reason="the label is not agent:fix")


def test_the_label_is_the_one_that_the_operator_chose() -> None:
    assert isinstance(router.decide(labeled("fix me"), House(label="fix me")), Start)


def test_a_command_starts_a_fix_with_what_was_added_to_it() -> None:
    decision = router.decide(commented("/agent fix please\nlook at page()"), HOUSE)
    assert decision == Start(
        workflow="fix",
        goal="Total is off by one",
        issue=issue(),
        context="please\nlook at page()",
        comment=42,
    )


def test_a_fix_is_not_for_pull_requests() -> None:
    decision = router.decide(commented("/agent fix", pull=True), HOUSE)
    assert decision == Ignore(reason="fix is for issues, this is a pull request")


@pytest.mark.parametrize(
    ("verb", "topic"), [("status", Topic.STATUS), ("help", Topic.HELP), ("", Topic.HELP)]
)
@pytest.mark.parametrize("pull", [False, True])
def test_a_question_is_answered_where_it_was_asked(verb: str, topic: Topic, pull: bool) -> None:
    assert router.decide(commented(f"/agent {verb}", pull=pull), HOUSE) == Reply(topic=topic, issue=7)


def test_an_unknown_verb_is_answered_with_the_nearest() -> None:
    assert router.decide(commented("/agent fux"), HOUSE) == Reply(
        topic=Topic.UNKNOWN_VERB, issue=7, said="fux", nearest="fix"
    )


def test_an_unknown_option_is_answered() -> None:
    assert router.decide(commented("/agent fix --fast"), HOUSE) == Reply(
        topic=Topic.UNKNOWN_OPTION, issue=7, said="--fast"
    )


def test_a_comment_that_is_no_command_is_ignored() -> None:
    assert router.decide(commented("thanks!"), HOUSE) == Ignore(reason="the comment is no command")


@pytest.mark.parametrize("event", [labeled(actor=OURSELVES), commented("/agent fix", OURSELVES)])
def test_our_own_doing_is_ignored(event: Event) -> None:
    assert router.decide(event, HOUSE) == Ignore(reason="this was our own doing")


def test_we_know_ourselves_by_number_even_where_we_pass_for_a_person() -> None:
    ourselves = Actor(id=99, login="renamed", is_bot=False)
    assert router.decide(commented("/agent fix", ourselves), HOUSE) == Ignore(reason="this was our own doing")


@pytest.mark.parametrize("event", [labeled(actor=OTHER_BOT), commented("/agent help", OTHER_BOT)])
def test_other_bots_start_nothing(event: Event) -> None:
    assert router.decide(event, HOUSE) == Ignore(reason="bots start nothing")


@pytest.mark.parametrize(("merged", "verdict"), [(True, Verdict.MERGED), (False, Verdict.CLOSED)])
@pytest.mark.parametrize("actor", [PERSON, OTHER_BOT, OURSELVES])
def test_the_end_of_our_pull_request_ends_the_wait_whoever_ended_it(
    merged: bool, verdict: Verdict, actor: Actor
) -> None:
    decision = router.decide(closed(merged=merged, actor=actor), HOUSE)
    answer = Review(verdict=verdict, by=actor.login)
    assert decision == Resume(run="r1", pull_request=8, answer=answer)


@pytest.mark.parametrize("event", [closed(run=""), closed(branch="main"), closed(branch="x/redfirst/7")])
def test_the_end_of_another_pull_request_means_nothing(event: PullRequestClosed) -> None:
    assert router.decide(event, HOUSE) == Ignore(reason="the pull request is not one of ours")


def test_an_event_that_nobody_decides_about_is_ignored_by_name() -> None:
    event = Event(delivery="d", tenant=TENANT, actor=PERSON)
    assert router.decide(event, HOUSE) == Ignore(reason="nothing is done about Event")
