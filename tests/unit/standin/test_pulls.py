from __future__ import annotations

import pytest
from githubkit.exception import RequestFailed

from bot.standin.people import StandIn

from .commits import FIXED, branch, commit, tip
from .support import BOT, REPO, As, HttpAs, loose


async def _open(github: As, *, draft: bool = True, body: str = "") -> int:
    gh = github(BOT)
    await branch(gh, "bot/x")
    made = await gh.rest.pulls.async_create(
        "maintainer", "fizz", title="Fix fizz", head="bot/x", base="main", body=body, draft=draft
    )
    return loose(made)["number"]


async def test_a_branch_becomes_a_draft_with_a_diff(github: As, http: HttpAs) -> None:
    gh = github(BOT)
    sha = await branch(gh, "bot/x", {"fizz.py": FIXED, "tests/test_fizz.py": b"def test(): ...\n"})
    pull = (
        await gh.rest.pulls.async_create(
            "maintainer", "fizz", title="Fix fizz", head="bot/x", base="main", body="b", draft=True
        )
    ).parsed_data

    assert (pull.draft, pull.state, pull.head.sha, pull.base.ref) == (True, "open", sha, "main")
    assert (pull.commits, pull.changed_files, pull.additions, pull.deletions) == (1, 2, 2, 1)
    assert pull.mergeable is True
    path = f"/repos/{REPO}/pulls/{pull.number}"
    diff = await http(BOT).get(path, headers={"Accept": "application/vnd.github.v3.diff"})
    assert "-    return 'fizz' if n % 3 == 1 else str(n)\n+    return 'fizz' if n % 3 == 0" in diff.text
    patch = await http(BOT).get(path, headers={"Accept": "application/vnd.github.patch"})
    assert patch.text.startswith(f"From {sha}")
    files = loose(await gh.rest.pulls.async_list_files("maintainer", "fizz", pull.number))
    assert [file["filename"] for file in files] == ["fizz.py", "tests/test_fizz.py"]


async def test_a_pull_request_is_found_by_its_branch(github: As) -> None:
    number = await _open(github)
    gh = github(BOT)
    pulls = gh.rest.pulls
    found = await pulls.async_list("maintainer", "fizz", head="maintainer:bot/x", state="all")
    assert [pull["number"] for pull in loose(found)] == [number]
    assert loose(await pulls.async_list("maintainer", "fizz", head="maintainer:bot/y")) == []


async def test_a_second_pull_request_for_a_branch_is_refused(github: As) -> None:
    await _open(github)
    gh = github(BOT)
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.pulls.async_create("maintainer", "fizz", title="t", head="bot/x", base="main")

    assert failure.value.response.status_code == 422
    body = failure.value.response.json()
    assert body["message"] == "Validation Failed"
    assert body["errors"] == [
        {
            "resource": "PullRequest",
            "code": "custom",
            "message": "A pull request already exists for maintainer:bot/x.",
        }
    ]


@pytest.mark.parametrize(("head", "base", "field"), [("none", "main", "head"), ("bot/x", "none", "base")])
async def test_a_pull_request_needs_both_branches(github: As, head: str, base: str, field: str) -> None:
    gh = github(BOT)
    await branch(gh, "bot/x")
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.pulls.async_create("maintainer", "fizz", title="t", head=head, base=base)
    assert failure.value.response.json()["errors"] == [
        {"resource": "PullRequest", "field": field, "code": "invalid"}
    ]


async def test_a_pull_request_without_commits_is_refused(github: As) -> None:
    gh = github(BOT)
    await gh.rest.git.async_create_ref("maintainer", "fizz", ref="refs/heads/same", sha=await tip(gh))
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.pulls.async_create("maintainer", "fizz", title="t", head="same", base="main")
    assert failure.value.response.json()["errors"][0]["message"] == "No commits between main and same"


async def test_new_commits_show_on_the_pull_request(github: As) -> None:
    number, gh = await _open(github), github(BOT)
    more = await commit(gh, {"NEWS.md": b"fizz\n"}, "Say so", parent=await tip(gh, "bot/x"))
    await gh.rest.git.async_update_ref("maintainer", "fizz", "heads/bot/x", sha=more)

    pull = loose(await gh.rest.pulls.async_get("maintainer", "fizz", number))
    assert (pull["head"]["sha"], pull["commits"], pull["changed_files"]) == (more, 2, 2)
    listed = await gh.rest.pulls.async_list_commits("maintainer", "fizz", number)
    assert [one["commit"]["message"] for one in loose(listed)] == ["Fix fizz", "Say so"]


async def test_what_the_base_got_since_is_no_part_of_the_diff(standin: StandIn, github: As) -> None:
    number = await _open(github)
    await standin.push(REPO, "main", {"other.py": b"1\n"}, "Elsewhere", by="maintainer")
    assert "other.py" not in await standin.diff(REPO, number)


async def test_a_draft_is_not_merged(github: As) -> None:
    number, gh = await _open(github), github("maintainer")
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.pulls.async_merge("maintainer", "fizz", number)
    assert failure.value.response.status_code == 405
    assert failure.value.response.json()["message"] == "Pull Request is still a draft"


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1)])
async def test_a_merge_moves_the_base_and_closes_what_it_fixes(
    standin: StandIn, github: As, http: HttpAs, issue: int, method: str, parents: int
) -> None:
    number = await _open(github, body=f"Fixes #{issue}.")
    await standin.ready(REPO, number, by="maintainer")
    sha = await standin.merge(REPO, number, by="maintainer", method=method)

    assert await standin.read_file(REPO, "main", "fizz.py") == FIXED
    assert standin.issue(REPO, issue).state == "closed"
    gh = github("maintainer")
    pull = (await http("maintainer").get(f"/repos/{REPO}/pulls/{number}")).json()
    assert (pull["merged"], pull["state"], pull["merge_commit_sha"]) == (True, "closed", sha)
    assert (pull["merged_by"]["login"], pull["changed_files"]) == ("maintainer", 1)
    made = loose(await gh.rest.git.async_get_commit("maintainer", "fizz", sha))
    assert len(made["parents"]) == parents


async def test_a_merge_of_a_head_that_was_not_meant_is_a_conflict(standin: StandIn, github: As) -> None:
    number, gh = await _open(github, draft=False), github("maintainer")
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.pulls.async_merge("maintainer", "fizz", number, sha=await tip(gh))
    assert failure.value.response.status_code == 409


async def test_conflicting_changes_cannot_be_merged(standin: StandIn, github: As) -> None:
    number, gh = await _open(github, draft=False), github("maintainer")
    await standin.push(REPO, "main", {"fizz.py": b"def fizz(n): ...\n"}, "Otherwise", by="maintainer")
    assert loose(await gh.rest.pulls.async_get("maintainer", "fizz", number))["mergeable_state"] == "dirty"
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.pulls.async_merge("maintainer", "fizz", number)
    assert failure.value.response.status_code == 405


async def test_deleting_the_branch_closes_its_pull_request(standin: StandIn, github: As) -> None:
    number, gh = await _open(github), github(BOT)
    await gh.rest.git.async_delete_ref("maintainer", "fizz", "heads/bot/x")
    assert standin.issue(REPO, number).state == "closed"
    assert "fizz.py" in await standin.diff(REPO, number)


async def test_a_review_can_ask_for_changes_on_a_line(github: As) -> None:
    number, gh = await _open(github), github("writer")
    comments = [{"path": "fizz.py", "line": 2, "body": "why 0?"}]
    made = await gh.rest.pulls.async_create_review(
        "maintainer",
        "fizz",
        number,
        event="REQUEST_CHANGES",
        body="not yet",
        comments=comments,  # pyright: ignore[reportArgumentType]
    )

    bot = github(BOT)
    listed = loose(await bot.rest.pulls.async_list_reviews("maintainer", "fizz", number))
    assert [(r["id"], r["state"], r["body"]) for r in listed] == [
        (loose(made)["id"], "CHANGES_REQUESTED", "not yet")
    ]
    [line] = loose(await bot.rest.pulls.async_list_review_comments("maintainer", "fizz", number))
    assert (line["path"], line["line"], line["body"]) == ("fizz.py", 2, "why 0?")


async def test_nobody_approves_a_pull_request_of_their_own(github: As) -> None:
    number, gh = await _open(github), github(BOT)
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.pulls.async_create_review("maintainer", "fizz", number, event="APPROVE")
    assert failure.value.response.status_code == 422
    assert failure.value.response.json()["errors"] == ["Can not approve your own pull request"]


async def test_reviews_are_requested_from_collaborators_only(github: As) -> None:
    number, gh = await _open(github), github(BOT)
    asked = await gh.rest.pulls.async_request_reviewers("maintainer", "fizz", number, reviewers=["writer"])
    assert [user["login"] for user in loose(asked)["requested_reviewers"]] == ["writer"]
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.pulls.async_request_reviewers("maintainer", "fizz", number, reviewers=["stranger"])
    assert failure.value.response.status_code == 422


async def test_an_issue_is_no_pull_request(github: As, issue: int) -> None:
    gh = github(BOT)
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.pulls.async_get("maintainer", "fizz", issue)
    assert failure.value.response.status_code == 404
