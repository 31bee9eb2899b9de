"""How we are known to GitHub: as an App, by tokens that can little and are made seldom."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.github import tokens
from bot.github.forge import GitHubForge
from bot.standin.faults import Fault
from policies.effects import PostComment
from policies.facts import Permission
from tests.contract.github_here import REPOSITORY, TENANT, TOKEN, Here, github
from workflows.errors import OperatorProblem
from workflows.trigger import Tenant

MAKING = ("POST", "/app/installations/{number}/access_tokens")


def _comment(key: str = "d1/a") -> PostComment:
    return PostComment(key=key, repository=REPOSITORY, issue=1, body="Hello")


def _grants(here: Here) -> list[tuple[dict[str, str], frozenset[int] | None]]:
    made = here.standin.world.tokens.items()
    found = [token.grant for name, token in made if token.grant is not None and name != TOKEN]
    return [(dict(grant.permissions), grant.repository_ids) for grant in found]


async def test_a_token_is_for_one_repository_and_for_what_is_needed() -> None:
    async with github(as_app=True) as here:
        await here.forge.write(TENANT, _comment())
        (grant,) = _grants(here)
        permissions, repositories = grant
        assert permissions == {
            "metadata": "read",
            "contents": "write",
            "issues": "write",
            "pull_requests": "write",
            "checks": "write",
            "statuses": "write",
        }
        assert repositories == frozenset({here.standin.repository(REPOSITORY).id})


async def test_a_permission_that_the_app_was_not_given_is_done_without() -> None:
    given = {"metadata": "read", "contents": "write", "issues": "write", "pull_requests": "read"}
    async with github(as_app=True, given=given) as here:
        await here.forge.write(TENANT, _comment())
        assert [permissions for permissions, _ in _grants(here)] == [given]


async def test_the_installation_is_looked_for_where_it_is_not_known_and_only_there() -> None:
    async with github(as_app=True) as here:
        looking = here.asked("GET", f"/repos/{REPOSITORY}/installation")
        known = Tenant(repository=REPOSITORY, installation=here.standin.world.app.installation_id)
        await here.forge.permission(known, "writer")
        assert looking.times() == 0
        await here.forge.permission(TENANT, "writer")
        await here.forge.permission(TENANT, "reader")
        assert looking.times() == 1


async def test_an_app_that_does_not_see_the_repository_says_what_to_do() -> None:
    async with github(as_app=True) as here:
        here.standin.repository(REPOSITORY).installed = False
        for installation in (None, here.standin.world.app.installation_id):
            with pytest.raises(OperatorProblem, match="install it there"):
                await here.forge.head(Tenant(repository=REPOSITORY, installation=installation))


async def test_an_app_that_is_suspended_is_not_taken_for_one_without_a_permission() -> None:
    async with github(as_app=True) as here:
        _, sha = await here.proposed()
        (installation,) = here.standin.world.installations.values()
        installation.suspended_at = here.standin.world.now()
        other = GitHubForge(here.settings)
        with pytest.raises(OperatorProblem, match="suspended"):
            await other.failed_checks(TENANT, sha)
        await other.close()


async def test_many_who_need_a_token_at_once_wait_for_one() -> None:
    async with github(as_app=True) as here:
        made = here.asked(*MAKING)
        asked = [here.forge.permission(TENANT, "writer") for _ in range(20)]
        assert set(await asyncio.gather(*asked)) == {Permission.WRITE}
        assert made.times() == 1


async def test_a_token_is_kept_until_shortly_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert timedelta(minutes=5) == tokens.EARLY
    for early, times in ((timedelta(minutes=59), 1), (timedelta(minutes=61), 3)):
        monkeypatch.setattr(tokens, "EARLY", early)
        async with github(as_app=True) as here:
            made = here.asked(*MAKING)
            for _ in range(3):
                await here.forge.permission(TENANT, "writer")
            assert made.times() == times


async def test_a_token_that_ends_in_the_middle_is_renewed_and_nothing_is_done_twice() -> None:
    async with github(as_app=True) as here:
        await here.forge.permission(TENANT, "writer")
        made = here.asked(*MAKING)
        here.fault(Fault("expired", "POST", f"/repos/{REPOSITORY}/issues/1/comments"))
        await here.forge.write(TENANT, _comment())
        assert made.times() == 1
        assert len(here.comments()) == 1


async def test_many_whose_token_ends_in_the_middle_renew_it_once() -> None:
    async with github(as_app=True) as here:
        await here.forge.permission(TENANT, "writer")
        made = here.asked(*MAKING)
        for token in here.standin.world.tokens.values():
            if token.grant is not None:
                token.expires_at = here.standin.world.now()
        asked = [here.forge.permission(TENANT, "writer") for _ in range(20)]
        assert set(await asyncio.gather(*asked)) == {Permission.WRITE}
        assert made.times() == 1


async def test_a_renewed_token_that_is_not_taken_either_is_the_operators_move() -> None:
    async with github(as_app=True) as here:
        here.fault(Fault("answer", "GET", f"/repos/{REPOSITORY}/collaborators/*", status=401, times=None))
        with pytest.raises(OperatorProblem, match="renew the token"):
            await here.forge.permission(TENANT, "writer")


async def test_a_key_that_is_not_the_apps_is_the_operators_move() -> None:
    async with github(as_app=True) as here:
        here.standin.world.app.public_key = None
        with pytest.raises(OperatorProblem, match="renew the token or key"):
            await here.forge.permission(TENANT, "writer")


async def test_doctor_is_told_who_we_are() -> None:
    async with github(as_app=True) as here:
        assert await here.forge.check() == f"App redfirst at {here.settings.github_api_url}"
    for token, name in (("writer-token", "writer"), (TOKEN, "a token of an App")):
        async with github(github_token=token) as here:
            assert await here.forge.check() == f"{name} at {here.settings.github_api_url}"


@pytest.mark.parametrize("as_app", [True, False], ids=["as an App", "by a token"])
@pytest.mark.parametrize("how", ["renamed", "transferred"])
async def test_a_repository_is_worked_on_under_its_old_name_when_it_has_a_new_one(
    how: str, as_app: bool
) -> None:
    async with github(as_app=as_app) as here:
        installation = here.standin.world.app.installation_id if as_app else None
        tenant = Tenant(repository=REPOSITORY, installation=installation)
        new = _moved(here, how)
        assert await here.forge.name_now(tenant) == new
        await here.forge.write(tenant, _comment())
        assert [comment.body.partition("\n")[0] for comment in here.standin.comments(new, 1)] == ["Hello"]
        assert await here.forge.permission(tenant, "reader") is Permission.READ


async def test_what_is_asked_beyond_one_repository_is_only_what_it_is_called_now() -> None:
    async with github(as_app=True) as here:
        tenant = Tenant(repository=REPOSITORY, installation=here.standin.world.app.installation_id)
        repository = here.standin.repository(_moved(here, "renamed"))
        await here.forge.write(tenant, _comment())
        for permissions, repositories in _grants(here):
            assert repositories == frozenset({repository.id}) or permissions == {"metadata": "read"}


async def test_a_repository_that_our_app_does_not_see_where_it_went_is_said_to_be_so() -> None:
    async with github(as_app=True) as here:
        tenant = Tenant(repository=REPOSITORY, installation=here.standin.world.app.installation_id)
        here.standin.repository(_moved(here, "transferred")).installed = False
        with pytest.raises(OperatorProblem, match="our App does not see maintainer/shelf; install it there"):
            await here.forge.permission(tenant, "writer")


def _moved(here: Here, how: str) -> str:
    if how == "renamed":
        here.standin.rename(REPOSITORY, "bookshelf", by="maintainer")
        return "maintainer/bookshelf"
    here.standin.world.install(here.standin.world.user("writer"))
    here.standin.transfer(REPOSITORY, "writer", by="maintainer")
    return "writer/shelf"
