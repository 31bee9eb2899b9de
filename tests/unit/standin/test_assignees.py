from __future__ import annotations

from bot.standin.people import StandIn

from .support import BOT, REPO, As, HttpAs, loose


async def test_people_of_the_repository_are_assigned_and_others_ignored(github: As, issue: int) -> None:
    gh = github("triager")
    made = await gh.rest.issues.async_add_assignees(
        "maintainer", "fizz", issue, assignees=["Writer", "stranger", "writer"]
    )
    assert made.status_code == 201
    assert [user["login"] for user in loose(made)["assignees"]] == ["writer"]
    left = await gh.rest.issues.async_remove_assignees("maintainer", "fizz", issue, assignees=["writer"])
    assert loose(left)["assignees"] == []


async def test_one_can_ask_who_can_be_assigned(http: HttpAs) -> None:
    path = f"/repos/{REPO}/assignees"
    listed = [user["login"] for user in (await http(BOT).get(path)).json()]
    assert listed == ["maintainer", "writer", "triager", "reader"]
    assert (await http(BOT).get(f"{path}/writer")).status_code == 204
    assert (await http(BOT).get(f"{path}/stranger")).status_code == 404


async def test_a_reader_assigns_nobody(standin: StandIn, http: HttpAs, issue: int) -> None:
    answer = await http("reader").post(
        f"/repos/{REPO}/issues/{issue}/assignees", json={"assignees": ["reader"]}
    )
    assert (answer.status_code, standin.issue(REPO, issue).assignees) == (403, [])


async def test_issues_are_found_by_who_does_them(standin: StandIn, http: HttpAs, issue: int) -> None:
    other = await standin.open_issue(REPO, "t", by="reader")
    await standin.assign(REPO, issue, "writer", by="maintainer")

    async def found(assignee: str) -> list[int]:
        rows = await http(BOT).get(f"/repos/{REPO}/issues", params={"assignee": assignee})
        return [row["number"] for row in rows.json()]

    assert [await found(who) for who in ("writer", "none", "*")] == [[issue], [other], [issue]]


async def test_the_history_of_an_issue_says_who_did_what(standin: StandIn, http: HttpAs, issue: int) -> None:
    await standin.label(REPO, issue, "agent:fix", by="triager")
    await standin.assign(REPO, issue, "writer", by="maintainer")
    await standin.comment(REPO, issue, "/agent fix", by="maintainer")
    await standin.close(REPO, issue, by="reader")
    path = f"/repos/{REPO}/issues/{issue}"
    events = (await http(BOT).get(f"{path}/events")).json()
    assert [(one["event"], one["actor"]["login"]) for one in events] == [
        ("labeled", "triager"),
        ("assigned", "maintainer"),
        ("closed", "reader"),
    ]
    assert events[0]["label"]["name"] == "agent:fix"
    timeline = (await http(BOT).get(f"{path}/timeline")).json()
    assert [one["event"] for one in timeline] == ["labeled", "assigned", "commented", "closed"]


async def test_strangers_cannot_comment_on_what_is_locked(standin: StandIn, http: HttpAs, issue: int) -> None:
    path = f"/repos/{REPO}/issues/{issue}"
    assert (await http("maintainer").put(f"{path}/lock", json={"lock_reason": "spam"})).status_code == 204
    assert (await http(BOT).get(path)).json()["active_lock_reason"] == "spam"
    refused = await http("reader").post(f"{path}/comments", json={"body": "x"})
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "Unable to create comment because issue is locked.",
    )
    assert (await http(BOT).post(f"{path}/comments", json={"body": "x"})).status_code == 201
    assert (await http("maintainer").delete(f"{path}/lock")).status_code == 204
    assert (await http("reader").post(f"{path}/comments", json={"body": "x"})).status_code == 201


async def test_collaborators_are_listed_with_their_role(http: HttpAs) -> None:
    path = f"/repos/{REPO}/collaborators"
    rows = (await http(BOT).get(path)).json()
    assert {row["login"]: row["role_name"] for row in rows} == {
        "maintainer": "admin",
        "writer": "write",
        "triager": "triage",
        "reader": "read",
    }
    assert (await http(BOT).get(f"{path}/writer")).status_code == 204
    assert (await http(BOT).get(f"{path}/stranger")).status_code == 404


async def test_comments_since_a_moment_are_those_changed_since(
    standin: StandIn, http: HttpAs, issue: int
) -> None:
    first = await standin.comment(REPO, issue, "one", by="reader")
    await standin.comment(REPO, issue, "two", by="reader")
    await standin.edit_comment(REPO, first.id, "one again", by="reader")
    since = {"since": first.updated_at.isoformat()}
    for path in (f"/repos/{REPO}/issues/{issue}/comments", f"/repos/{REPO}/issues/comments"):
        rows = (await http(BOT).get(path, params=since)).json()
        assert [row["body"] for row in rows] == ["one again"]


async def test_a_label_is_renamed_everywhere(standin: StandIn, http: HttpAs, issue: int) -> None:
    await standin.label(REPO, issue, "agent:fix", by="maintainer")
    path = f"/repos/{REPO}/labels/agent:fix"
    assert (await http("reader").patch(path, json={"new_name": "x"})).status_code == 403
    taken = await http("maintainer").patch(path, json={"new_name": "bug"})
    assert taken.json()["errors"][0]["code"] == "already_exists"
    assert (await http("maintainer").patch(path, json={"new_name": "agent:go"})).status_code == 200
    assert standin.issue(REPO, issue).has_label("agent:go")
    assert (await http(BOT).get(path)).status_code == 404
