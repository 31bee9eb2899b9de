from __future__ import annotations

import pytest
from githubkit.exception import RequestFailed

from bot.standin.people import StandIn

from .commits import branch
from .support import BOT, REPO, As, HttpAs, loose


async def test_an_issue_is_read_as_github_gives_it(standin: StandIn, github: As, issue: int) -> None:
    gh = github(BOT)
    got = (await gh.rest.issues.async_get("maintainer", "fizz", issue)).parsed_data

    assert (got.number, got.title, got.body, got.state) == (
        issue,
        "fizz(3) says 3",
        "It should say fizz.",
        "open",
    )
    assert got.user
    assert got.user.login == "reader"
    assert got.html_url == f"{standin.url}/{REPO}/issues/{issue}"


async def test_labels_are_added_once_and_whatever_their_case(github: As, issue: int) -> None:
    gh = github("maintainer")
    await gh.rest.issues.async_add_labels("maintainer", "fizz", issue, labels=["agent:fix"])
    again = await gh.rest.issues.async_add_labels("maintainer", "fizz", issue, labels=["Agent:Fix", "bug"])

    assert [label["name"] for label in loose(again)] == ["agent:fix", "bug"]


async def test_a_label_that_nobody_made_is_made_when_it_is_added(github: As, issue: int) -> None:
    gh = github("writer")
    await gh.rest.issues.async_add_labels("maintainer", "fizz", issue, labels=["new one"])

    made = loose(await gh.rest.issues.async_get_label("maintainer", "fizz", "new one"))
    assert made["color"] == "ededed"


async def test_a_label_is_removed_and_is_missing_the_second_time(github: As, issue: int) -> None:
    gh = github("triager")
    await gh.rest.issues.async_add_labels("maintainer", "fizz", issue, labels=["bug"])
    left = await gh.rest.issues.async_remove_label("maintainer", "fizz", issue, "bug")
    assert loose(left) == []

    with pytest.raises(RequestFailed) as failure:
        await gh.rest.issues.async_remove_label("maintainer", "fizz", issue, "bug")
    assert failure.value.response.status_code == 404
    assert failure.value.response.json()["message"] == "Label does not exist"


async def test_a_comment_can_be_edited_and_deleted(standin: StandIn, github: As, issue: int) -> None:
    gh = github(BOT)
    comment = (await gh.rest.issues.async_create_comment("maintainer", "fizz", issue, body="one")).parsed_data
    edited = await gh.rest.issues.async_update_comment("maintainer", "fizz", comment.id, body="two")
    assert edited.parsed_data.body == "two"
    assert [c.body for c in standin.comments(REPO, issue)] == ["two"]

    await gh.rest.issues.async_delete_comment("maintainer", "fizz", comment.id)
    assert standin.comments(REPO, issue) == []


async def test_a_comment_longer_than_github_takes_is_refused(github: As, issue: int) -> None:
    gh = github(BOT)
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.issues.async_create_comment("maintainer", "fizz", issue, body="x" * 65537)

    assert failure.value.response.status_code == 422
    assert "maximum is 65536 characters" in failure.value.response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{}", 'Invalid request.\n\n"body" wasn\'t supplied.'),
        (b'{"body": null}', "Invalid request.\n\nFor 'properties/body', nil is not a string."),
    ],
)
async def test_a_missing_or_wrong_field_is_named(http: HttpAs, issue: int, body: bytes, said: str) -> None:
    answer = await http("reader").post(f"/repos/{REPO}/issues/{issue}/comments", content=body)
    assert (answer.status_code, answer.json()["message"]) == (422, said)


@pytest.mark.parametrize("body", [b"{", b'{"body": "\\ud800"}', b"\xff"])
async def test_a_body_that_is_no_json_is_a_bad_request(http: HttpAs, issue: int, body: bytes) -> None:
    answer = await http("reader").post(f"/repos/{REPO}/issues/{issue}/comments", content=body)
    assert (answer.status_code, answer.json()["message"]) == (400, "Problems parsing JSON")


async def test_the_same_reaction_twice_is_one(github: As, issue: int) -> None:
    gh = github(BOT)
    first = await gh.rest.reactions.async_create_for_issue("maintainer", "fizz", issue, content="eyes")
    second = await gh.rest.reactions.async_create_for_issue("maintainer", "fizz", issue, content="eyes")

    assert (first.status_code, second.status_code) == (201, 200)
    assert loose(first)["id"] == loose(second)["id"]
    got = loose(await gh.rest.issues.async_get("maintainer", "fizz", issue))
    assert got["reactions"]["eyes"] == 1


async def test_a_comment_takes_reactions_of_its_own(standin: StandIn, github: As, issue: int) -> None:
    comment = await standin.comment(REPO, issue, "/agent fix", by="maintainer")
    gh = github(BOT)
    await gh.rest.reactions.async_create_for_issue_comment("maintainer", "fizz", comment.id, content="rocket")

    listed = await gh.rest.reactions.async_list_for_issue_comment("maintainer", "fizz", comment.id)
    assert [reaction["content"] for reaction in loose(listed)] == ["rocket"]
    assert loose(await gh.rest.reactions.async_list_for_issue("maintainer", "fizz", issue)) == []


async def test_an_issue_is_closed_and_opened_again(github: As, issue: int) -> None:
    gh = github("maintainer")
    closed = await gh.rest.issues.async_update("maintainer", "fizz", issue, state="closed")
    assert (loose(closed)["state"], loose(closed)["state_reason"]) == ("closed", "completed")
    assert loose(closed)["closed_by"]["login"] == "maintainer"

    opened = await gh.rest.issues.async_update("maintainer", "fizz", issue, state="open")
    assert (loose(opened)["state"], loose(opened)["closed_at"]) == ("open", None)


async def test_the_issue_list_has_pull_requests_too_and_filters(github: As, issue: int) -> None:
    gh = github(BOT)
    await branch(gh, "bot/x")
    await gh.rest.pulls.async_create("maintainer", "fizz", title="t", head="bot/x", base="main")
    maintainer = github("maintainer")
    await maintainer.rest.issues.async_add_labels("maintainer", "fizz", issue, labels=["bug"])

    everything = loose(await gh.rest.issues.async_list_for_repo("maintainer", "fizz"))
    assert [("pull_request" in one) for one in everything] == [True, False]
    bugs = loose(await gh.rest.issues.async_list_for_repo("maintainer", "fizz", labels="bug"))
    assert [one["number"] for one in bugs] == [issue]
