from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from githubkit.webhooks import verify

from bot.standin.people import StandIn

from .commits import branch, commit, tip
from .receiver import Receiver, receiving
from .support import BOT, REPO, As, HttpAs, loose

SECRET = "a secret of the tests"


@pytest.fixture
async def receiver(standin: StandIn) -> AsyncGenerator[Receiver]:
    async with receiving() as made:
        standin.connect_hook(made.url, SECRET)
        yield made


async def test_a_delivery_is_signed_and_says_what_happened(
    standin: StandIn, github: As, receiver: Receiver
) -> None:
    issue = await standin.open_issue(REPO, "fizz(3) says 3", by="reader")
    gh = github("maintainer")
    await gh.rest.issues.async_add_labels("maintainer", "fizz", issue, labels=["agent:fix"])
    await standin.deliveries()

    assert receiver.names == ["issues.opened", "issues.labeled"]
    got = receiver.received[1]
    assert verify(SECRET, got.body, got.headers["x-hub-signature-256"])
    assert not verify("another", got.body, got.headers["x-hub-signature-256"])
    assert got.headers["content-type"] == "application/json"
    assert got.headers["user-agent"].startswith("GitHub-Hookshot/")
    assert got.payload["label"]["name"] == "agent:fix"
    assert got.payload["issue"]["number"] == issue
    assert got.payload["sender"]["login"] == "maintainer"
    assert got.payload["repository"]["full_name"] == REPO
    assert got.payload["installation"]["id"] == standin.world.app.installation_id


async def test_a_helper_and_the_api_cause_the_same_event(
    standin: StandIn, github: As, receiver: Receiver, issue: int
) -> None:
    await standin.comment(REPO, issue, "/agent fix", by="maintainer")
    gh = github("maintainer")
    await gh.rest.issues.async_create_comment("maintainer", "fizz", issue, body="/agent fix")
    await standin.deliveries()

    _, by_helper, by_api = receiver.received
    assert by_helper.name == by_api.name == "issue_comment.created"
    assert by_helper.payload.keys() == by_api.payload.keys()
    assert by_helper.payload["comment"].keys() == by_api.payload["comment"].keys()


async def test_the_bots_own_doings_come_back_to_it(standin: StandIn, github: As, receiver: Receiver) -> None:
    gh = github(BOT)
    await branch(gh, "bot/x")
    made = await gh.rest.pulls.async_create("maintainer", "fizz", title="t", head="bot/x", base="main")
    before = await tip(gh, "bot/x")
    more = await commit(gh, {"a": b"a"}, parent=before)
    await gh.rest.git.async_update_ref("maintainer", "fizz", "heads/bot/x", sha=more)
    await standin.review(REPO, loose(made)["number"], "REQUEST_CHANGES", "no", by="maintainer")
    await standin.merge(REPO, loose(made)["number"], by="maintainer")
    await standin.deliveries()

    assert receiver.names == [
        "create",
        "push",
        "pull_request.opened",
        "push",
        "pull_request.synchronize",
        "pull_request_review.submitted",
        "push",
        "pull_request.closed",
    ]
    assert receiver.received[0].payload["sender"]["type"] == "Bot"
    synchronized, reviewed, closed = (receiver.received[at].payload for at in (4, 5, 7))
    assert (synchronized["before"], synchronized["after"]) == (before, more)
    assert reviewed["review"]["state"] == "changes_requested"
    assert closed["pull_request"]["merged"] is True


async def test_what_changes_nothing_fires_nothing(
    standin: StandIn, receiver: Receiver, github: As, issue: int
) -> None:
    await standin.label(REPO, issue, "bug", by="maintainer")
    await standin.label(REPO, issue, "bug", by="maintainer")
    gh = github(BOT)
    await gh.rest.reactions.async_create_for_issue("maintainer", "fizz", issue, content="eyes")
    await standin.deliveries()
    assert receiver.names == ["issues.opened", "issues.labeled"]


async def test_a_failed_delivery_is_kept_and_not_repeated(standin: StandIn, receiver: Receiver) -> None:
    receiver.status = 500
    await standin.open_issue(REPO, "t", by="reader")
    [delivery] = await standin.deliveries()
    assert (delivery.status_code, delivery.response_body) == (500, "done")
    assert len(receiver.received) == 1


async def test_a_receiver_that_is_gone_is_recorded_too(standin: StandIn, receiver: Receiver) -> None:
    standin.connect_hook("http://127.0.0.1:9/", SECRET)
    await standin.open_issue(REPO, "t", by="reader")
    [delivery] = await standin.deliveries()
    assert (delivery.status_code, delivery.status) == (502, "failed to connect to host")


async def test_a_redelivery_is_the_same_delivery_again(standin: StandIn, receiver: Receiver) -> None:
    await standin.open_issue(REPO, "t", by="reader")
    [first] = await standin.deliveries()
    standin.issue(REPO, 1).title = "changed since"
    await standin.redeliver(first.id)
    _, again = await standin.deliveries()

    sent, resent = receiver.received
    assert sent.headers["x-github-delivery"] == resent.headers["x-github-delivery"] == first.guid
    assert sent.body == resent.body
    assert (again.redelivery, again.id == first.id) == (True, False)


async def test_a_repository_has_hooks_of_its_own_with_deliveries(
    standin: StandIn, http: HttpAs, receiver: Receiver
) -> None:
    hooks = f"/repos/{REPO}/hooks"
    config = {"url": receiver.url, "secret": "own", "content_type": "json"}
    wanted = {"config": config, "events": ["issues"]}
    assert (await http("writer").post(hooks, json=wanted)).status_code == 403
    hook = (await http("maintainer").post(hooks, json=wanted)).json()["id"]
    await standin.open_issue(REPO, "t", by="reader")
    await standin.deliveries()

    listed = (await http("maintainer").get(f"{hooks}/{hook}/deliveries")).json()
    assert [(d["event"], d["action"], d["status_code"]) for d in listed] == [
        ("issues", "opened", 202),
        ("ping", None, 202),
    ]
    one = f"{hooks}/{hook}/deliveries/{listed[0]['id']}"
    shown = (await http("maintainer").get(one)).json()
    assert "installation" not in shown["request"]["payload"]
    assert (await http("maintainer").post(f"{one}/attempts")).status_code == 202
    await standin.deliveries()
    assert receiver.names.count("issues.opened") == 3


async def test_an_app_that_is_not_installed_hears_nothing(standin: StandIn, receiver: Receiver) -> None:
    standin.repository(REPO).installed = False
    await standin.open_issue(REPO, "t", by="reader")
    assert await standin.deliveries() == []


async def test_what_a_receiver_missed_is_sent_to_where_it_lives_now(
    standin: StandIn, receiver: Receiver
) -> None:
    standin.connect_hook("http://127.0.0.1:9/", SECRET)
    await standin.open_issue(REPO, "t", by="reader")
    [missed] = await standin.deliveries()
    assert receiver.received == []

    standin.connect_hook(receiver.url, "a newer secret")
    await standin.redeliver(missed.id)
    await standin.deliveries()
    [got] = receiver.received
    assert got.headers["x-github-delivery"] == missed.guid
    assert verify("a newer secret", got.body, got.headers["x-hub-signature-256"])
