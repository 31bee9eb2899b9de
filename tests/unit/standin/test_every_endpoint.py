"""What holds for every endpoint: nobody writes, and nobody sees, without being allowed to."""

from __future__ import annotations

import copy
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from bot.standin.people import StandIn
from bot.standin.rest.all import RESOURCES
from bot.standin.rest.endpoint import Endpoint
from bot.standin.server import running

from .apps import app_config, mint
from .support import REPO, bearer_of, plain_client

HERE = "/repos/{owner}/{repo}"
ENDPOINTS = [one for resource in RESOURCES for one in resource.ENDPOINTS if one.path.startswith(HERE)]
BY_TOKEN = [one for one in ENDPOINTS if one.by == "token"]
WRITES = [one for one in BY_TOKEN if one.method != "GET"]
READERS_MAY = {
    ("POST", "/issues"),
    ("POST", "/issues/{number}/comments"),
    ("POST", "/issues/{number}/reactions"),
    ("POST", "/issues/comments/{comment_id}/reactions"),
    ("POST", "/pulls/comments/{review_comment_id}/reactions"),
    ("POST", "/pulls/{number}/comments"),
    ("POST", "/pulls/{number}/comments/{comment_id}/replies"),
    ("POST", "/pulls/{number}/reviews"),
}
"""Whoever may read may talk."""
SUBMITTED = {
    ("POST", "/pulls/{number}/reviews/{review_id}/events"),
    ("DELETE", "/pulls/{number}/reviews/{review_id}"),
}
"""Only for what is still pending, which anybody may have; the one here is not."""


def _name(one: Endpoint) -> tuple[str, str]:
    return one.method, re.sub(r":\w+\}", "}", one.path.removeprefix(HERE))


def _id(one: Endpoint) -> str:
    return " ".join(_name(one))


@dataclass
class Scene:
    standin: StandIn
    plain: httpx.AsyncClient
    issue: int
    pull: int
    comment: int
    review: int
    hook: int
    sha: str

    async def ask(self, one: Endpoint, headers: dict[str, str]) -> httpx.Response:
        is_pull = "/pulls/" in one.path
        parts: dict[str, object] = {
            "owner": "maintainer", "repo": "fizz", "number": self.pull if is_pull else self.issue,
            "comment_id": self.comment, "review_id": self.review, "hook_id": self.hook, "sha": self.sha,
            "name": "bug", "branch": "main", "path": "fizz.py", "basehead": "main...topic",
            "ref": "heads/topic" if "/git/" in one.path else "topic", "username": "writer",
            "assignee": "writer", "workflow_id": "ci.yml",
        }  # fmt: skip
        path = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: str(parts.get(found[1], 1)), one.path)
        body = {
            "title": "t", "body": "b", "head": "topic", "base": "main", "labels": ["bug"], "name": "new",
            "assignees": ["writer"], "color": "ffffff", "content": "eyes", "ref": "refs/heads/new",
            "sha": self.sha, "message": "m", "reviewers": ["writer"], "event": "COMMENT", "state": "success",
            "config": {"url": "http://127.0.0.1:9/x"}, "head_sha": self.sha, "context": "ci", "parents": [],
            "tree": self.sha if one.path.endswith("/commits") else [{"path": "a", "content": "a"}],
        }  # fmt: skip
        sent = None if one.method in ("GET", "DELETE") else body
        return await self.plain.request(one.method, path, json=sent, headers=headers)

    def state(self) -> str:
        """Everything about the repository, except for its git objects."""
        return repr(copy.deepcopy(self.standin.repository(REPO)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene() -> AsyncGenerator[Scene]:
    async with (
        running(app_config()) as standin,
        plain_client(base_url=standin.api_url) as plain,
    ):
        issue = await standin.open_issue(REPO, "t", by="maintainer")
        await standin.label(REPO, issue, "bug", by="maintainer")
        comment = await standin.comment(REPO, issue, "c", by="maintainer")
        sha = await standin.push(REPO, "topic", {"a": b"a"}, "m", by="maintainer")
        mine = bearer_of("maintainer")
        new = {"title": "t", "head": "topic", "base": "main"}
        pull = (await plain.post(f"/repos/{REPO}/pulls", json=new, headers=mine)).json()["number"]
        review = await standin.review(REPO, pull, "COMMENT", "r", by="maintainer")
        hook = {"config": {"url": "http://127.0.0.1:9/"}, "active": False}
        made = await plain.post(f"/repos/{REPO}/hooks", json=hook, headers=mine)
        yield Scene(standin, plain, issue, pull, comment.id, review, made.json()["id"], sha)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("one", [one for one in WRITES if _name(one) not in READERS_MAY], ids=_id)
async def test_a_reader_writes_nothing(scene: Scene, one: Endpoint) -> None:
    before = scene.state()
    answer = await scene.ask(one, bearer_of("reader"))
    assert answer.status_code in ((422,) if _name(one) in SUBMITTED else (403, 404)), answer.text
    assert scene.state() == before


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("one", WRITES, ids=_id)
async def test_a_token_that_may_only_read_writes_nothing(scene: Scene, one: Endpoint) -> None:
    reading = dict.fromkeys(scene.standin.world.app.permissions, "read")
    token = (await mint(scene.standin, scene.plain, permissions=reading))["token"]
    before = scene.state()
    answer = await scene.ask(one, {"Authorization": f"Bearer {token}"})
    assert answer.status_code in (403, 404), answer.text
    assert scene.state() == before


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("one", BY_TOKEN, ids=_id)
async def test_a_private_repository_is_not_there_for_a_stranger(scene: Scene, one: Endpoint) -> None:
    repository = scene.standin.repository(REPO)
    repository.private = True
    try:
        before = scene.state()
        answer = await scene.ask(one, bearer_of("stranger"))
        assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")
        assert scene.state() == before
    finally:
        repository.private = False


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("one", ENDPOINTS, ids=_id)
async def test_a_credential_that_is_none_opens_nothing(scene: Scene, one: Endpoint) -> None:
    for headers in ({}, {"Authorization": "Bearer none"}, {"Authorization": "Basic !"}):
        assert (await scene.ask(one, headers)).status_code == 401


def test_the_exceptions_are_endpoints_that_there_are() -> None:
    assert {_name(one) for one in WRITES} >= READERS_MAY | SUBMITTED
