"""What each event means. Handlers are pure: an event in, a decision out."""

from __future__ import annotations

import pytest

from handlers import router
from handlers.decision import (
    Again,
    Asked,
    Fetch,
    FetchOldest,
    Ignore,
    Move,
    Reply,
    Resume,
    Start,
    Stop,
    Topic,
)
from handlers.events import (
    ChecksFailed,
    Dispatched,
    Event,
    IssueAssigned,
    IssueCommented,
    IssueLabeled,
    LineCommented,
    PullRequestClosed,
    RepositoryMoved,
    ReviewState,
    ReviewSubmitted,
    Scheduled,
    StatusFailed,
)
from handlers.grammar import VERBS
from handlers.house import House
from tests.unit.fakes import issue
from workflows.trigger import Actor, Tenant
from workflows.verdicts import Opinion, Place, PlanReview, Review, Verdict

HOUSE = House(label="agent:fix", bot_id=99)
ASKED = Asked(comment=42)
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


BRANCH = "redfirst/7-total"


def closed(*, branch: str = BRANCH, merged: bool = False, actor: Actor = PERSON) -> PullRequestClosed:
    return PullRequestClosed(delivery="d", tenant=TENANT, actor=actor, number=8, branch=branch, merged=merged)


def test_the_label_starts_a_fix_of_the_issue() -> None:
    decision = router.decide(labeled(), HOUSE)
    assert decision == Start(issue=7, workflow="fix", goal="Total is off by one", about=issue())


@pytest.mark.parametrize("label", ["bug", "Agent:Fix", "agent:fix ", "agent:fixed", ""])
def test_another_label_starts_nothing(label: str) -> None:
    assert router.decide(labeled(label), HOUSE) == Ignore(reason="the label is not agent:fix")


def test_the_label_is_the_one_that_the_operator_chose() -> None:
    assert isinstance(router.decide(labeled("fix me"), House(label="fix me")), Start)


def test_a_command_starts_a_fix_with_what_was_added_to_it() -> None:
    decision = router.decide(commented("/agent fix please\nlook at page()"), HOUSE)
    assert decision == Start(
        issue=7,
        workflow="fix",
        goal="Total is off by one",
        about=issue(),
        context="please\nlook at page()",
        asked=ASKED,
    )


@pytest.mark.parametrize("said", ["plan", "fix --plan"])
def test_a_plan_is_a_fix_that_waits_for_its_approval(said: str) -> None:
    decision = router.decide(commented(f"/agent {said}"), HOUSE)
    assert isinstance(decision, Start)
    assert (decision.workflow, decision.options) == ("fix", (("plan", ""),))


@pytest.mark.parametrize(
    ("said", "workflow", "pull"),
    [("review", "review", True), ("repro --pr", "repro", False), ("ask why?", "ask", True)],
)
def test_a_command_starts_its_workflow(said: str, workflow: str, pull: bool) -> None:
    decision = router.decide(commented(f"/agent {said}", pull=pull), HOUSE)
    assert isinstance(decision, Start)
    assert decision.workflow == workflow


@pytest.mark.parametrize("verb", ["fix", "plan", "approve abcdef0", "reject", "repro"])
def test_what_is_not_for_pull_requests_of_others_is_answered(verb: str) -> None:
    decision = router.decide(commented(f"/agent {verb}", pull=True), HOUSE)
    assert isinstance(decision, Reply)
    assert (decision.topic, decision.said) == (Topic.NOT_HERE, verb.split(maxsplit=1)[0])


def test_a_review_is_not_for_issues() -> None:
    decision = router.decide(commented("/agent review"), HOUSE)
    assert decision == Reply(topic=Topic.NOT_HERE, issue=7, asked=ASKED, said="review")


@pytest.mark.parametrize("verb", ["approve", "revise", "ask"])
def test_what_needs_words_says_so(verb: str) -> None:
    decision = router.decide(commented(f"/agent {verb}"), HOUSE)
    assert decision == Reply(topic=Topic.WORDS_MISSING, issue=7, asked=ASKED, said=verb)


def test_an_approval_names_the_plan() -> None:
    decision = router.decide(commented("/agent approve `ABCDEF0`"), HOUSE)
    answer = PlanReview(opinion=Opinion.APPROVE, by="maintainer", digest="abcdef0")
    assert decision == Resume(issue=7, asked=ASKED, answer=answer)


def test_a_plan_is_revised_on_its_issue() -> None:
    decision = router.decide(commented("/agent revise keep the name\nand the order"), HOUSE)
    answer = PlanReview(opinion=Opinion.REVISE, by="maintainer", said="keep the name\nand the order")
    assert decision == Resume(issue=7, asked=ASKED, answer=answer)


def test_a_pull_request_is_revised_where_it_is() -> None:
    decision = router.decide(commented("/agent revise keep the name", pull=True), HOUSE)
    answer = Review(verdict=Verdict.CHANGES_REQUESTED, by="maintainer", said="keep the name")
    assert decision == Resume(issue=7, asked=ASKED, on_pull_request=True, answer=answer)


def test_a_command_on_a_line_brings_the_line_with_it() -> None:
    place = Place(path="a.py", line=3, hunk="@@ -1 +1 @@")
    event = LineCommented(
        delivery="d",
        tenant=TENANT,
        actor=PERSON,
        pull_request=issue(8),
        comment=43,
        body="/agent revise not so",
        place=place,
        branch=BRANCH,
    )
    answer = Review(verdict=Verdict.CHANGES_REQUESTED, by="maintainer", said="not so", place=place)
    assert router.decide(event, HOUSE) == Resume(
        issue=8,
        asked=Asked(comment=43, in_review=True),
        on_pull_request=True,
        branch=BRANCH,
        answer=answer,
    )


def test_a_retry_is_of_whatever_ran_here() -> None:
    decision = router.decide(commented("/agent retry with a hint"), HOUSE)
    assert decision == Again(issue=7, asked=ASKED, about=issue(), context="with a hint")


def test_a_stop_says_who_and_why() -> None:
    decision = router.decide(commented("/agent stop not now"), HOUSE)
    assert decision == Stop(issue=7, asked=ASKED, reason="@maintainer stopped it: not now")


def test_a_rejected_plan_ends_the_run_that_waits_for_it_and_no_other() -> None:
    decision = router.decide(commented("/agent reject"), HOUSE)
    assert decision == Stop(issue=7, asked=ASKED, reason="@maintainer rejected the plan", only_plan=True)


@pytest.mark.parametrize(
    ("verb", "topic"),
    [
        ("status", Topic.STATUS),
        ("budget", Topic.BUDGET),
        ("config", Topic.CONFIG),
        ("forget", Topic.FORGET),
        ("help", Topic.HELP),
        ("", Topic.HELP),
    ],
)
@pytest.mark.parametrize("pull", [False, True])
def test_a_question_is_answered_where_it_was_asked(verb: str, topic: Topic, pull: bool) -> None:
    assert router.decide(commented(f"/agent {verb}", pull=pull), HOUSE) == Reply(
        topic=topic, issue=7, asked=ASKED, on_pull_request=pull
    )


def test_every_verb_means_something() -> None:
    for verb in VERBS:
        for pull in (False, True):
            decision = router.decide(commented(f"/agent {verb} words", pull=pull), HOUSE)
            assert not isinstance(decision, Ignore), verb


def test_an_unknown_verb_is_answered_with_the_nearest() -> None:
    assert router.decide(commented("/agent fux"), HOUSE) == Reply(
        topic=Topic.UNKNOWN_VERB, issue=7, asked=ASKED, said="fux", nearest="fix"
    )


def test_an_unknown_option_is_answered() -> None:
    assert router.decide(commented("/agent fix --frob"), HOUSE) == Reply(
        topic=Topic.UNKNOWN_OPTION, issue=7, asked=ASKED, said="--frob"
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


@pytest.mark.parametrize("actor", [PERSON, OTHER_BOT, OURSELVES])
def test_a_merge_ends_the_wait_whoever_merged(actor: Actor) -> None:
    answer = Review(verdict=Verdict.MERGED, by=actor.login)
    assert router.decide(closed(merged=True, actor=actor), HOUSE) == Resume(
        issue=8, on_pull_request=True, branch=BRANCH, answer=answer, is_fact=True
    )


@pytest.mark.parametrize("actor", [PERSON, OTHER_BOT, OURSELVES])
def test_the_end_of_our_pull_request_ends_its_run_whoever_closed_it(actor: Actor) -> None:
    decision = router.decide(closed(merged=False, actor=actor), HOUSE)
    assert decision == Stop(
        issue=8, on_pull_request=True, branch=BRANCH, reason=f"@{actor.login} closed #8", closed=True
    )


def reviewed(
    state: ReviewState, *, body: str = "", branch: str = BRANCH, actor: Actor = PERSON
) -> ReviewSubmitted:
    return ReviewSubmitted(
        delivery="d",
        tenant=TENANT,
        actor=actor,
        pull_request=issue(8),
        review=5,
        state=state,
        body=body,
        branch=branch,
    )


@pytest.mark.parametrize(
    ("state", "verdict"),
    [(ReviewState.APPROVED, Verdict.APPROVED), (ReviewState.CHANGES_REQUESTED, Verdict.CHANGES_REQUESTED)],
)
def test_a_review_is_what_the_run_waits_for(state: ReviewState, verdict: Verdict) -> None:
    answer = Review(verdict=verdict, by="maintainer", said="so", review=5)
    assert router.decide(reviewed(state, body="so"), HOUSE) == Resume(
        issue=8, on_pull_request=True, branch=BRANCH, answer=answer
    )


def test_a_review_that_only_comments_changes_nothing() -> None:
    assert isinstance(router.decide(reviewed(ReviewState.COMMENTED, body="nice"), HOUSE), Ignore)


def test_who_may_not_ask_for_changes_by_a_button_can_say_it() -> None:
    decision = router.decide(reviewed(ReviewState.COMMENTED, body="/agent revise the name"), HOUSE)
    assert isinstance(decision, Resume)
    assert isinstance(decision.answer, Review)
    assert decision.answer.verdict is Verdict.CHANGES_REQUESTED
    assert decision.answer.said == "the name"


def test_what_shall_be_different_may_stand_on_the_lines_of_a_review_alone() -> None:
    decision = router.decide(reviewed(ReviewState.COMMENTED, body="/agent revise"), HOUSE)
    assert isinstance(decision, Resume)
    assert decision.answer == Review(verdict=Verdict.CHANGES_REQUESTED, by="maintainer", review=5)


@pytest.mark.parametrize(
    ("body", "topic", "said"),
    [("/agent revize it", Topic.UNKNOWN_VERB, "revize"), ("/agent fix", Topic.NOT_HERE, "fix")],
)
def test_a_command_in_a_review_is_answered_below_its_pull_request(body: str, topic: Topic, said: str) -> None:
    decision = router.decide(reviewed(ReviewState.COMMENTED, body=body), HOUSE)
    assert isinstance(decision, Reply)
    assert (decision.issue, decision.asked, decision.topic, decision.said) == (8, Asked(), topic, said)


def test_a_command_in_a_review_does_what_it_does_anywhere() -> None:
    asks = router.decide(reviewed(ReviewState.COMMENTED, body="/agent ask why?", branch=""), HOUSE)
    assert isinstance(asks, Start)
    assert (asks.issue, asks.workflow, asks.context) == (8, "ask", "why?")
    assert isinstance(router.decide(reviewed(ReviewState.COMMENTED, body="/agent stop"), HOUSE), Stop)


def test_what_goes_on_with_something_earlier_says_that_a_job_forgets() -> None:
    for verb in ("approve abcdef0", "reject", "revise x", "retry", "stop", "status", "budget"):
        decision = router.decide(commented(f"/agent {verb}"), IN_JOB)
        assert isinstance(decision, Reply)
        assert (decision.topic, decision.said) == (Topic.NO_MEMORY, verb.split(maxsplit=1)[0])
    assert isinstance(router.decide(commented("/agent fix"), IN_JOB), Start)


@pytest.mark.parametrize(
    "event", [reviewed(ReviewState.APPROVED, branch=""), reviewed(ReviewState.APPROVED, actor=OTHER_BOT)]
)
def test_reviews_of_others_and_by_bots_mean_nothing(event: Event) -> None:
    assert isinstance(router.decide(event, HOUSE), Ignore)


def test_failed_checks_are_told_to_the_run_of_the_branch_though_a_bot_reports_them() -> None:
    event = ChecksFailed(
        delivery="d", tenant=TENANT, actor=OTHER_BOT, branch="redfirst/7-total", sha="c" * 40, app="ci"
    )
    answer = Review(verdict=Verdict.CHECKS_FAILED, by="ci", sha="c" * 40)
    assert router.decide(event, HOUSE) == Resume(issue=7, branch=BRANCH, answer=answer, is_fact=True)


@pytest.mark.parametrize("branch", ["main", "", "redfirst/", "redfirst/x", "redfirst/7/x", "x/redfirst/7"])
def test_failed_checks_of_other_branches_mean_nothing(branch: str) -> None:
    event = ChecksFailed(delivery="d", tenant=TENANT, actor=PERSON, branch=branch, sha="c" * 40, app="ci")
    assert router.decide(event, HOUSE) == Ignore(reason="the branch is not one of ours")


@pytest.mark.parametrize(
    ("actor", "name", "means"),
    [
        (OTHER_BOT, "ci/jenkins", True),
        (PERSON, "ci/jenkins", True),
        (OURSELVES, "anything", False),
        (PERSON, "redfirst/proof", False),
    ],
)
def test_a_failed_status_is_a_failed_check_unless_it_is_our_own(actor: Actor, name: str, means: bool) -> None:
    event = StatusFailed(delivery="d", tenant=TENANT, actor=actor, branch=BRANCH, sha="c" * 40, app=name)
    answer = Review(verdict=Verdict.CHECKS_FAILED, by=name, sha="c" * 40)
    told = Resume(issue=7, branch=BRANCH, answer=answer, is_fact=True)
    assert router.decide(event, HOUSE) == (told if means else Ignore(reason="this was our own check"))


@pytest.mark.parametrize(
    ("assignee", "starts"), [(OURSELVES, True), (PERSON, False)], ids=["to us", "to somebody else"]
)
def test_an_issue_is_ours_to_fix_when_it_is_assigned_to_us(assignee: Actor, starts: bool) -> None:
    event = IssueAssigned(delivery="d", tenant=TENANT, actor=PERSON, issue=issue(), assignee=assignee)
    assert isinstance(router.decide(event, HOUSE), Start) is starts


IN_JOB = House(bot_id=99, in_job=True)


@pytest.mark.parametrize(
    ("command", "workflow", "options"),
    [("", "fix", ()), ("repro --pr", "repro", (("pr", ""),)), ("plan", "fix", (("plan", ""),))],
)
def test_a_job_is_started_by_hand(command: str, workflow: str, options: tuple[tuple[str, str], ...]) -> None:
    event = Dispatched(delivery="d", tenant=TENANT, actor=PERSON, issue=7, command=command)
    assert router.decide(event, IN_JOB) == Fetch(issue=7, workflow=workflow, options=options)


@pytest.mark.parametrize("command", ["stop", "nonsense", "fix --fast"])
def test_what_cannot_be_started_by_hand_says_what_can(command: str) -> None:
    event = Dispatched(delivery="d", tenant=TENANT, actor=PERSON, issue=7, command=command)
    decision = router.decide(event, IN_JOB)
    assert isinstance(decision, Ignore)
    assert "there are ask, fix, plan, repro" in decision.reason


def test_the_clock_looks_for_the_oldest_issue_with_the_label() -> None:
    event = Scheduled(delivery="d", tenant=TENANT, actor=PERSON)
    assert router.decide(event, IN_JOB) == FetchOldest(label="agent:fix")


def test_workflows_of_others_do_not_start_the_server() -> None:
    event = Dispatched(delivery="d", tenant=TENANT, actor=PERSON, issue=7)
    assert isinstance(router.decide(event, HOUSE), Ignore)


@pytest.mark.parametrize("event", [closed(branch=""), closed(branch="main"), closed(branch="x/redfirst/7")])
def test_the_end_of_another_pull_request_means_nothing(event: PullRequestClosed) -> None:
    assert router.decide(event, HOUSE) == Ignore(reason="the pull request is not one of ours")


def test_an_event_that_nobody_decides_about_is_ignored_by_name() -> None:
    event = Event(delivery="d", tenant=TENANT, actor=PERSON)
    assert router.decide(event, HOUSE) == Ignore(reason="nothing is done about Event")


def test_the_runs_of_a_repository_go_with_it_whoever_has_renamed_it() -> None:
    event = RepositoryMoved(delivery="d", tenant=TENANT, actor=OTHER_BOT, before="octo/blues")
    assert router.decide(event, HOUSE) == Move(before="octo/blues")
    same = event.model_copy(update={"before": TENANT.repository})
    assert router.decide(same, HOUSE) == Ignore(reason="it is called as before")
