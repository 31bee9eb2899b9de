from __future__ import annotations

import pytest
from githubkit.exception import RequestFailed

from bot.standin.errors import GitHubError
from bot.standin.people import StandIn
from bot.standin.server import running

from .support import BOT, REPO, As, HttpAs, client, config, loose


async def test_a_reader_cannot_label(standin: StandIn, github: As, issue: int) -> None:
    gh = github("reader")
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.issues.async_add_labels("maintainer", "fizz", issue, labels=["agent:fix"])

    assert failure.value.response.status_code == 403
    assert failure.value.response.json()["message"] == "Resource not accessible by personal access token"
    assert standin.issue(REPO, issue).labels == []


async def test_a_helper_may_do_no_more_than_the_person_it_acts_as(standin: StandIn, issue: int) -> None:
    with pytest.raises(GitHubError) as failure:
        await standin.label(REPO, issue, "agent:fix", by="reader")
    assert failure.value.status == 403


async def test_a_triager_labels_but_does_not_push(github: As, issue: int) -> None:
    gh = github("triager")
    await gh.rest.issues.async_add_labels("maintainer", "fizz", issue, labels=["bug"])
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.git.async_create_blob("maintainer", "fizz", content="x")
    assert failure.value.response.status_code == 403


async def test_labels_of_someone_who_may_not_set_them_are_dropped_silently(github: As) -> None:
    gh = github("reader")
    made = await gh.rest.issues.async_create("maintainer", "fizz", title="t", labels=["agent:fix"])
    assert loose(made)["labels"] == []


async def test_a_reader_edits_only_comments_of_their_own(standin: StandIn, github: As, issue: int) -> None:
    theirs = await standin.comment(REPO, issue, "proof", by=BOT)
    gh = github("reader")
    own = loose(await gh.rest.issues.async_create_comment("maintainer", "fizz", issue, body="a"))["id"]
    await gh.rest.issues.async_update_comment("maintainer", "fizz", own, body="b")

    with pytest.raises(RequestFailed) as failure:
        await gh.rest.issues.async_update_comment("maintainer", "fizz", theirs.id, body="forged")
    assert failure.value.response.status_code == 403
    assert theirs.body == "proof"


@pytest.mark.parametrize(
    ("login", "permission", "role"),
    [
        ("maintainer", "admin", "admin"),
        ("writer", "write", "write"),
        ("triager", "read", "triage"),
        ("reader", "read", "read"),
        ("stranger", "read", "read"),
    ],
)
async def test_the_app_can_ask_what_a_person_may_do(
    github: As, login: str, permission: str, role: str
) -> None:
    gh = github(BOT)
    got = loose(await gh.rest.repos.async_get_collaborator_permission_level("maintainer", "fizz", login))
    assert (got["permission"], got["role_name"], got["user"]["login"]) == (permission, role, login)


async def test_a_bot_has_no_collaborator_role(github: As) -> None:
    gh = github(BOT)
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.repos.async_get_collaborator_permission_level("maintainer", "fizz", BOT)
    assert failure.value.response.status_code == 404
    assert failure.value.response.json()["message"] == f"{BOT} is not a user"


async def test_a_private_repository_does_not_exist_for_a_stranger() -> None:
    async with running(config(private=True)) as standin:
        mine, theirs = client(standin, "reader"), client(standin, "stranger")
        assert (await mine.rest.repos.async_get("maintainer", "fizz")).status_code == 200
        with pytest.raises(RequestFailed) as failure:
            await theirs.rest.repos.async_get("maintainer", "fizz")

    assert failure.value.response.status_code == 404
    body = failure.value.response.json()
    assert (body["message"], body["status"]) == ("Not Found", "404")
    assert body["documentation_url"].startswith("https://docs.github.com/rest/")


async def test_the_app_does_only_what_its_permissions_say(standin: StandIn, github: As, issue: int) -> None:
    standin.world.app.permissions["issues"] = "read"
    gh = github(BOT)
    assert (await gh.rest.issues.async_get("maintainer", "fizz", issue)).status_code == 200
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.issues.async_create_comment("maintainer", "fizz", issue, body="x")
    assert failure.value.response.json()["message"] == "Resource not accessible by integration"


async def test_the_app_cannot_write_where_it_is_not_installed(
    standin: StandIn, github: As, issue: int
) -> None:
    standin.repository(REPO).installed = False
    gh = github(BOT)
    assert (await gh.rest.repos.async_get("maintainer", "fizz")).status_code == 200
    with pytest.raises(RequestFailed) as failure:
        await gh.rest.issues.async_create_comment("maintainer", "fizz", issue, body="x")
    assert failure.value.response.status_code == 403


async def test_the_app_cannot_change_workflows_without_the_permission_for_it(http: HttpAs) -> None:
    entry = {"path": ".github/workflows/ci.yml", "mode": "100644", "type": "blob", "content": "on: push\n"}
    refused = await http(BOT).post(f"/repos/{REPO}/git/trees", json={"tree": [entry]})
    assert refused.status_code == 403
    assert (await http("writer").post(f"/repos/{REPO}/git/trees", json={"tree": [entry]})).status_code == 201


async def test_an_unknown_token_is_bad_credentials(http: HttpAs) -> None:
    answer = await http("nobody").get(f"/repos/{REPO}")
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


async def test_a_forgotten_token_is_refused_even_for_what_is_public(standin: StandIn, http: HttpAs) -> None:
    answer = await http("reader").get(f"/repos/{REPO}", headers={"Authorization": ""})
    assert (answer.status_code, answer.json()["message"]) == (401, "Requires authentication")


async def test_an_installation_is_no_user(http: HttpAs) -> None:
    assert (await http("reader").get("/user")).json()["login"] == "reader"
    assert (await http(BOT).get("/user")).status_code == 403
