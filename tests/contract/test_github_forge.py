"""What only the GitHub forge does, against the stand-in over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from bot import marker
from bot.demo.scene import BOT, REPOSITORY, Scene, scene
from bot.github.forge import GitHubForge
from bot.listening import serving
from bot.settings import Settings, load
from policies.effects import AddReaction, OpenPullRequest, PostComment, PushCommit
from policies.facts import Permission
from policies.patch import FileChange, Patch
from workflows.errors import Gone, OperatorProblem, Passing, UserProblem
from workflows.trigger import Tenant

TENANT = Tenant(repository=REPOSITORY)


@dataclass
class Here:
    stage: Scene
    forge: GitHubForge

    def comments(self) -> list[str]:
        return [comment.body for comment in self.stage.standin.comments(REPOSITORY, 1)]


def _settings(stage: Scene, token: str = "redfirst-token") -> Settings:
    return load(
        github_api_url=stage.standin.api_url,
        github_token=token,
        bot_id=stage.standin.world.user(BOT).id,
    )


@pytest.fixture
async def here() -> AsyncGenerator[Here]:
    async with scene() as stage:
        yield Here(stage, GitHubForge(_settings(stage)))


def _sticky(body: str) -> PostComment:
    return PostComment(key=f"r1/{body}", repository=REPOSITORY, issue=1, body=body, sticky="r1")


async def test_a_sticky_comment_is_edited_in_place(here: Here) -> None:
    first = await here.forge.post_comment(TENANT, _sticky("working"))
    second = await here.forge.post_comment(TENANT, _sticky("done"))
    assert first.ref == second.ref
    (comment,) = here.comments()
    assert comment.startswith("done")


async def test_a_comment_with_our_marker_by_somebody_else_is_not_ours(here: Here) -> None:
    forged = f"nice try\n{marker.mark(sticky='r1')}"
    await here.stage.standin.comment(REPOSITORY, 1, forged, by="reader")
    await here.forge.post_comment(TENANT, _sticky("working"))
    assert here.comments()[0] == forged
    assert here.comments()[1].startswith("working")


async def test_our_comment_is_found_behind_a_hundred_others(here: Here) -> None:
    for number in range(101):
        await here.stage.standin.comment(REPOSITORY, 1, f"chatter {number}", by="reader")
    await here.forge.post_comment(TENANT, _sticky("working"))
    await here.forge.post_comment(TENANT, _sticky("done"))
    assert len(here.comments()) == 102


async def test_a_reaction_is_given_once(here: Here) -> None:
    comment = await here.stage.standin.comment(REPOSITORY, 1, "/agent fix", by="maintainer")
    effect = AddReaction(key="d1/seen", repository=REPOSITORY, issue=1, comment=comment.id)
    await here.forge.add_reaction(TENANT, effect)
    await here.forge.add_reaction(TENANT, effect)
    assert [reaction.content for reaction in comment.reactions] == ["eyes"]


@pytest.mark.parametrize(
    ("login", "permission"),
    [("maintainer", Permission.ADMIN), ("reader", Permission.READ), ("nobody-known", Permission.NONE)],
)
async def test_permission_is_what_github_says_now(here: Here, login: str, permission: Permission) -> None:
    assert await here.forge.permission(TENANT, login) is permission


async def test_an_open_pull_request_by_others_for_the_branch_is_named(here: Here) -> None:
    head = await here.forge.head(TENANT)
    change = Patch(changes=(FileChange(path="x.py", content=""),))
    push = PushCommit(
        key="k", repository=REPOSITORY, branch="redfirst/1", base_sha=head.sha, message="m", patch=change
    )
    await here.forge.push_commit(TENANT, push)

    def ask(key: str) -> OpenPullRequest:
        return OpenPullRequest(
            key=key, repository=REPOSITORY, head="redfirst/1", base="main", title="t", body="b"
        )

    opened = await here.forge.open_pull_request(TENANT, ask("r1/a"))
    with pytest.raises(UserProblem, match=f"#{opened.number}"):
        await here.forge.open_pull_request(TENANT, ask("r2/b"))


async def test_a_repository_that_may_not_be_seen_is_gone(here: Here) -> None:
    with pytest.raises(Gone, match="may not see it"):
        await here.forge.head(Tenant(repository="nobody/nothing"))


async def test_a_wrong_token_is_the_operators_move(here: Here) -> None:
    with pytest.raises(OperatorProblem, match="renew the token"):
        await GitHubForge(_settings(here.stage, token="wrong")).head(TENANT)


async def test_no_credentials_say_which_variable_to_set(here: Here) -> None:
    with pytest.raises(OperatorProblem, match="REDFIRST_GITHUB_TOKEN"):
        await GitHubForge(_settings(here.stage, token="")).head(TENANT)


async def test_a_server_error_may_pass(here: Here) -> None:
    async def broken(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 502, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"{}"})  # type: ignore[operator]

    async with serving(broken) as url:  # pyright: ignore[reportArgumentType] - the least that is an application
        settings = _settings(here.stage).model_copy(update={"github_api_url": url})
        with pytest.raises(Passing, match="502"):
            await GitHubForge(settings).head(TENANT)


async def test_an_unreachable_github_may_come_back(here: Here) -> None:
    settings = _settings(here.stage).model_copy(update={"github_api_url": "http://127.0.0.1:9"})
    with pytest.raises(Passing, match="cannot be reached"):
        await GitHubForge(settings).head(TENANT)
