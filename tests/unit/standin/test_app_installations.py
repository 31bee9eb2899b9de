"""Where the app is installed, and what the tokens of an installation are good for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta

import httpx
import pytest

from bot.standin.actions.installations import set_installed
from bot.standin.people import StandIn
from bot.standin.server import running

from .apps import ELSEWHERE, PRIVATE, app_config, as_app, bearer, mint
from .receiver import receiving
from .support import REPO, plain_client, token

OTHERS = "There is at least one repository that does not exist or is not accessible"


@pytest.fixture
async def standin() -> AsyncGenerator[StandIn]:
    async with running(app_config()) as made:
        yield made


@pytest.fixture
async def plain(standin: StandIn) -> AsyncGenerator[httpx.AsyncClient]:
    async with plain_client(base_url=standin.api_url) as made:
        yield made


async def test_each_account_has_an_installation_of_its_own(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    mine, theirs = list(standin.world.installations)
    listed = await plain.get("/app/installations", headers=as_app(standin))
    assert [(row["id"], row["account"]["login"]) for row in listed.json()] == [
        (mine, "maintainer"),
        (theirs, "stranger"),
    ]
    for path, number in (
        (f"/app/installations/{mine}", mine),
        (f"/repos/{REPO}/installation", mine),
        (f"/repos/{ELSEWHERE}/installation", theirs),
        ("/users/stranger/installation", theirs),
    ):
        assert (await plain.get(path, headers=as_app(standin))).json()["id"] == number
    for path in ("/app/installations/1", "/users/reader/installation", "/repos/maintainer/none/installation"):
        assert (await plain.get(path, headers=as_app(standin))).status_code == 404


async def test_a_token_may_be_made_for_one_repository_and_one_permission(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    issue = await standin.open_issue(REPO, "t", by="reader")
    made = await mint(standin, plain, repositories=["fizz"], permissions={"issues": "read"})
    assert made["status"] == 201
    assert made["permissions"] == {"issues": "read", "metadata": "read"}
    assert [one["full_name"] for one in made["repositories"]] == [REPO]
    headers = bearer(made["token"])

    assert (await plain.get(f"/repos/{REPO}/issues/{issue}", headers=headers)).status_code == 200
    comments = f"/repos/{REPO}/issues/{issue}/comments"
    refused = await plain.post(comments, json={"body": "x"}, headers=headers)
    assert (refused.status_code, refused.json()["message"]) == (403, "Resource not accessible by integration")
    assert refused.headers["x-accepted-github-permissions"] == "issues=write"
    assert standin.comments(REPO, issue) == []
    # A repository that the token does not cover is not there, though the installation has it.
    assert (await plain.get(f"/repos/{PRIVATE}", headers=headers)).status_code == 404


async def test_a_token_without_limits_does_all_that_its_installation_may_and_no_more(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    made = await mint(standin, plain)
    headers = bearer(made["token"])
    for name, status in ((REPO, 200), (PRIVATE, 200), (ELSEWHERE, 404)):
        assert (await plain.get(f"/repos/{name}", headers=headers)).status_code == status
    listed = (await plain.get("/installation/repositories", headers=headers)).json()
    assert listed["total_count"] == 2
    assert [one["full_name"] for one in listed["repositories"]] == [REPO, PRIVATE]


async def test_a_narrow_token_lists_only_its_own_repositories(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    made = await mint(standin, plain, repository_ids=[standin.repository(PRIVATE).id])
    listed = await plain.get("/installation/repositories", headers=bearer(made["token"]))
    assert [one["full_name"] for one in listed.json()["repositories"]] == [PRIVATE]
    nobody = await plain.get("/installation/repositories", headers=bearer(token("maintainer")))
    assert nobody.status_code == 403


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"permissions": {"administration": "read"}}, "The permissions requested are not granted"),
        ({"permissions": {"metadata": "write"}}, "The permissions requested are not granted"),
        ({"permissions": {"issues": "any"}}, "The permissions requested are not granted"),
        ({"repositories": ["none"]}, OTHERS),
        ({"repositories": ["fizz", "elsewhere"]}, OTHERS),
        ({"repository_ids": [1]}, OTHERS),
    ],
)
async def test_nobody_is_given_more_than_the_installation_has(
    standin: StandIn, plain: httpx.AsyncClient, asked: dict[str, object], message: str
) -> None:
    before = set(standin.world.tokens)
    made = await mint(standin, plain, **asked)
    assert (made["status"], made["message"].startswith(message)) == (422, True)
    assert set(standin.world.tokens) == before


async def test_what_the_app_loses_its_older_tokens_lose_too(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    issue = await standin.open_issue(REPO, "t", by="reader")
    made = await mint(standin, plain)
    standin.world.app.permissions["issues"] = "read"
    path = f"/repos/{REPO}/issues/{issue}/comments"
    assert (await plain.post(path, json={"body": "x"}, headers=bearer(made["token"]))).status_code == 403


async def test_a_token_ends_after_an_hour_and_when_it_is_given_back(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    kept, given_back = [bearer((await mint(standin, plain))["token"]) for _ in range(2)]
    assert (await plain.delete("/installation/token", headers=given_back)).status_code == 204
    assert (await plain.get(f"/repos/{REPO}", headers=given_back)).status_code == 401
    real = standin.world.now
    for seconds, status in ((3595, 200), (3601, 401)):
        standin.world.now = lambda seconds=seconds: real() + timedelta(seconds=seconds)
        assert (await plain.get(f"/repos/{REPO}", headers=kept)).status_code == status


async def test_an_installation_is_suspended_and_comes_back(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    headers = bearer((await mint(standin, plain))["token"])
    switch = f"/app/installations/{standin.world.app.installation_id}/suspended"
    assert (await plain.put(switch, headers=as_app(standin))).status_code == 204
    answer = await plain.get(f"/repos/{REPO}", headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (403, "This installation has been suspended")
    assert (await mint(standin, plain))["status"] == 403
    shown = await plain.get(f"/repos/{REPO}/installation", headers=as_app(standin))
    assert shown.json()["suspended_at"] is not None

    assert (await plain.delete(switch, headers=as_app(standin))).status_code == 204
    assert (await plain.get(f"/repos/{REPO}", headers=headers)).status_code == 200


async def test_an_app_hears_of_its_installation_and_not_from_it_while_it_is_suspended(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    one = f"/app/installations/{standin.world.app.installation_id}"
    async with receiving() as receiver:
        standin.connect_hook(receiver.url, "s", ("issues",))
        await plain.put(f"{one}/suspended", headers=as_app(standin))
        await standin.open_issue(REPO, "unheard", by="reader")
        await plain.delete(f"{one}/suspended", headers=as_app(standin))
        await standin.open_issue(REPO, "heard", by="reader")
        await standin.open_issue(ELSEWHERE, "heard", by="stranger")
        await plain.delete(one, headers=as_app(standin))
        await standin.deliveries()
    assert receiver.names == [
        "installation.suspend",
        "installation.unsuspend",
        "issues.opened",
        "issues.opened",
        "installation.deleted",
    ]
    ids = [got.payload["installation"]["id"] for got in receiver.received]
    first, second = standin.world.app.installation_id, standin.world.app.installation_id + 1
    assert ids == [first, first, first, second, first]


async def test_an_app_that_was_removed_has_no_tokens_and_no_installation(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    headers = bearer((await mint(standin, plain))["token"])
    one = f"/app/installations/{standin.world.app.installation_id}"
    assert (await plain.delete(one, headers=as_app(standin))).status_code == 204
    answer = await plain.get(f"/repos/{REPO}", headers=headers)
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")
    for path in (one, f"/repos/{REPO}/installation", "/users/maintainer/installation"):
        assert (await plain.get(path, headers=as_app(standin))).status_code == 404
    assert (await mint(standin, plain))["status"] == 404


async def test_an_app_hears_which_repositories_it_is_given_and_loses(
    standin: StandIn, plain: httpx.AsyncClient
) -> None:
    headers = bearer((await mint(standin, plain))["token"])
    repository = standin.repository(PRIVATE)
    async with receiving() as receiver:
        standin.connect_hook(receiver.url, "s", ("issues",))
        for installed, status in ((False, 404), (True, 200)):
            set_installed(standin.site, repository, installed=installed)
            set_installed(standin.site, repository, installed=installed)
            assert (await plain.get(f"/repos/{PRIVATE}", headers=headers)).status_code == status
        await standin.deliveries()
    assert receiver.names == ["installation_repositories.removed", "installation_repositories.added"]
    removed, added = [got.payload for got in receiver.received]
    assert removed["repositories_removed"] == added["repositories_added"]
    assert [one["full_name"] for one in added["repositories_added"]] == [PRIVATE]
    assert added["repositories_removed"] == []


async def test_an_installation_is_nobody(standin: StandIn, plain: httpx.AsyncClient) -> None:
    made = await mint(standin, plain)
    assert (await plain.get("/user", headers=bearer(made["token"]))).status_code == 403
