"""A GitHub with other habits than the stand-in's: all that its documentation allows, and no more."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.listening import serving
from bot.release import release
from bot.standin.actions.statuses import create_status
from policies.effects import AddLabels, AskForReview, Conclusion, EditPullRequest, PostComment, ReportCheck
from tests.contract.between import Between, otherwise
from tests.contract.github_here import REPOSITORY, TENANT, Here, proposal, push
from workflows.errors import OperatorProblem, UserProblem
from workflows.tree import unpack
from workflows.trigger import Tenant

REPO = f"/repos/{REPOSITORY}"
COMMENT = PostComment(key="r1/a", repository=REPOSITORY, issue=1, body="working", sticky="r1")


def as_it_is(_: Between, _asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
    return answer


def _json(answer: httpx.Response, value: object) -> httpx.Response:
    kept = {name: given for name, given in answer.headers.items() if name not in {"etag", "content-length"}}
    return httpx.Response(answer.status_code, headers=kept, content=json.dumps(value).encode())


async def _twice(here: Here) -> None:
    """The second time by a process that remembers nothing."""
    await here.forge.write(TENANT, COMMENT)
    other = type(here.forge)(here.settings)
    await other.write(TENANT, COMMENT)
    await other.close()


# --- how we ask


async def test_each_request_says_who_asks_and_in_the_way_that_is_documented() -> None:
    for as_app in (True, False):
        async with otherwise(as_it_is, as_app=as_app) as (here, proxy):
            number, _ = await here.proposed()
            await here.forge.diff(TENANT, number)
            await here.forge.tarball(TENANT, (await here.forge.head(TENANT)).sha)
            for asked in proxy.asked:
                assert asked.headers["user-agent"] == f"redfirst/{release()}"
                assert asked.headers["authorization"].startswith("Bearer ")
                assert asked.headers["accept"].startswith("application/vnd.github")
                assert ("content-type" in asked.headers) == bool(asked.content)


# --- lists


async def test_a_list_in_smaller_pages_is_read_to_its_end() -> None:
    def thirty(url: httpx.URL) -> httpx.URL:
        return url.copy_set_param("per_page", "30") if "per_page" in url.params else url

    async with otherwise(as_it_is, ask=thirty) as (here, _):
        for number in range(31):
            await here.standin.comment(REPOSITORY, 1, f"chatter {number}", by="reader")
        await _twice(here)
        assert len(here.comments()) == 32


async def test_failed_checks_behind_many_others_are_found_in_smaller_pages() -> None:
    def two(url: httpx.URL) -> httpx.URL:
        return url.copy_set_param("per_page", "2") if "per_page" in url.params else url

    async with otherwise(as_it_is, ask=two) as (here, _):
        number, sha = await here.proposed()
        for name in range(5):
            await here.standin.fail_check(REPOSITORY, number, by="writer", name=f"t{name}")
        assert len(await here.forge.failed_checks(TENANT, sha)) == 5


async def test_a_list_that_names_no_next_page_is_read_to_its_end() -> None:
    def unlinked(_: Between, _asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
        answer.headers.pop("link", None)
        return answer

    async with otherwise(unlinked) as (here, _):
        for number in range(101):
            await here.standin.comment(REPOSITORY, 1, f"chatter {number}", by="reader")
        await _twice(here)
        assert len(here.comments()) == 102


async def test_of_statuses_the_newest_counts_wherever_it_stands() -> None:
    def turned(_: Between, asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if asked.method == "GET" and asked.url.path.endswith("/statuses"):
            return _json(answer, answer.json()[::-1])
        return answer

    async with otherwise(turned, as_app=False) as (here, _):
        _, sha = await here.proposed()
        repository, writer = here.standin.repository(REPOSITORY), here.standin.world.user("writer")
        for state in ("failure", "success"):
            await create_status(
                here.standin.site, repository, writer, sha,
                state=state, context="ci", description="", target_url=None,
            )  # fmt: skip
        assert await here.forge.failed_checks(TENANT, sha) == ()
        for key, conclusion in (("a", Conclusion.FAILURE), ("b", Conclusion.SUCCESS)):
            check = ReportCheck(
                key=key, repository=REPOSITORY, sha=sha, name="redfirst",
                conclusion=conclusion, title="t", summary="s",
            )  # fmt: skip
            await here.forge.write(TENANT, check)
        other = type(here.forge)(here.settings)
        await other.write(TENANT, check)
        await other.close()
        assert len(repository.checks.statuses) == 4


# --- answers


async def test_nothing_is_asked_of_headers_that_need_not_be_there() -> None:
    def bare(_: Between, _asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
        needed = {"content-type", "location"}
        kept = {name: given for name, given in answer.headers.items() if name in needed}
        return httpx.Response(answer.status_code, headers=kept, content=answer.content)

    async with otherwise(bare) as (here, _):
        number, _ = await here.proposed()
        assert (await here.forge.pull_request(TENANT, number)).is_draft
        await _twice(here)
        assert len(here.comments()) == 1


async def test_who_has_left_and_what_is_not_said_is_no_hindrance() -> None:
    def ghosts(_: Between, asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if asked.method == "GET" and asked.url.path.endswith("/issues/1/comments"):
            theirs = [one | {"user": None, "body": None, "later": {"a": 1}} for one in answer.json()[:2]]
            return _json(answer, [*theirs, *answer.json()[2:]])
        return answer

    async with otherwise(ghosts) as (here, _):
        for _ in range(2):
            await here.standin.comment(REPOSITORY, 1, "chatter", by="reader")
        await _twice(here)
        assert len(here.comments()) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_write_to_a_repository_that_has_moved_is_repeated_as_it_was(status: int) -> None:
    """GitHub's words are that it "should be repeated verbatim"; most clients would make a read of it."""
    async with otherwise(as_it_is) as (here, _), serving(_Moved(here.standin.url, status)) as url:
        forge = type(here.forge)(here.settings.model_copy(update={"github_api_url": url}))
        await forge.write(TENANT, COMMENT)
        assert len(here.comments()) == 1
        await forge.close()


class _Moved:
    """Each path leads to the same below another, and only there is something."""

    def __init__(self, to: str, status: int) -> None:
        self._behind = Between(to, as_it_is)
        self._status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode()
        if path.startswith("/repos/"):
            query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
            to = {"location": f"/moved{path}{query}"}
            await Response(status_code=self._status, headers=to)(scope, receive, send)
        else:
            await self._behind({**scope, "raw_path": path.removeprefix("/moved").encode()}, receive, send)


async def test_a_tarball_from_another_host_is_fetched_without_our_token() -> None:
    codeload = Between("", as_it_is)
    async with serving(codeload) as elsewhere:

        def away(_: Between, _asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
            if "location" in answer.headers:
                path = httpx.URL(answer.headers["location"]).raw_path.decode()
                answer.headers["location"] = f"{elsewhere}{path}"
            return answer

        async with otherwise(away) as (here, _):
            codeload.to = here.standin.url
            head = await here.forge.head(TENANT)
            assert unpack(await here.forge.tarball(TENANT, head.sha)).files
    assert [one.headers.get("authorization") for one in codeload.asked] == [None]


# --- trees, labels, people


def _cut(_: Between, asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
    """A tree that is too large to be shown with all that is below it."""
    if asked.method == "GET" and "recursive" in asked.url.params:
        return _json(answer, answer.json() | {"tree": [], "truncated": True})
    return answer


async def test_in_a_large_repository_a_file_keeps_its_mode() -> None:
    async with otherwise(_cut) as (here, _):
        base = await _with_modes(here, {"tools/run": "100755", "tools/deep/link": "120000"})
        patch = {"changes": [{"path": "tools/run", "content": "#!/bin/sh\n"}]}
        made = await here.forge.write(TENANT, push(base, patch=patch))
        assert (await _modes(here, made.sha))["tools/run"] == "100755"
        through = {"changes": [{"path": "tools/deep/link", "content": "x"}]}
        with pytest.raises(UserProblem, match="not a plain file"):
            await here.forge.write(TENANT, push(base, "r2/c", patch=through))


async def _with_modes(here: Here, modes: dict[str, str]) -> str:
    head = await here.forge.head(TENANT)
    tree = [{"path": path, "mode": mode, "type": "blob", "content": "x"} for path, mode in modes.items()]
    made = await _api(here, "trees", {"base_tree": head.sha, "tree": tree})
    commit = await _api(here, "commits", {"message": "m", "tree": made["sha"], "parents": [head.sha]})
    return commit["sha"]


async def _modes(here: Here, sha: str) -> dict[str, str]:
    found = await _api(here, f"trees/{sha}?recursive=1")
    return {one["path"]: one["mode"] for one in found["tree"]}


async def _api(here: Here, path: str, body: object = None) -> Any:
    headers = {"Authorization": "Bearer maintainer-token"}
    async with httpx.AsyncClient(base_url=here.standin.url, headers=headers, trust_env=False) as client:
        url = f"{REPO}/git/{path}"
        answer = await (client.get(url) if body is None else client.post(url, json=body))
        return answer.raise_for_status().json()


async def test_a_label_that_is_there_is_not_added_again() -> None:
    async with otherwise(as_it_is) as (here, proxy):
        for names in (("agent:fix",), ("Agent:Fix",), ("agent:fix", "another")):
            await here.forge.write(TENANT, AddLabels(key="k", repository=REPOSITORY, issue=1, names=names))
        added = [one for one in proxy.asked if one.method == "POST" and one.url.path.endswith("/labels")]
        assert [json.loads(one.content)["labels"] for one in added] == [["agent:fix"], ["another"]]


async def test_a_team_that_was_asked_for_a_review_is_not_asked_again() -> None:
    def asked_already(_: Between, asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
        if asked.method == "GET" and asked.url.path == f"{REPO}/pulls/2":
            return _json(answer, answer.json() | {"requested_teams": [{"id": 1, "slug": "readers"}]})
        return answer

    async with otherwise(asked_already) as (here, proxy):
        number, _ = await here.proposed()
        ask = AskForReview(key="k", repository=REPOSITORY, number=number, teams=("maintainer/readers",))
        await here.forge.write(TENANT, ask)
        assert not [one for one in proxy.asked if one.url.path.endswith("/requested_reviewers")]


# --- who we are


async def test_what_we_write_tells_who_we_are_where_the_operator_was_wrong(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with otherwise(as_it_is, as_app=False) as (here, _):
        wrong = here.settings.model_copy(update={"bot_id": 41898282})
        forge = type(here.forge)(wrong)
        await forge.write(TENANT, await here.commit())
        with caplog.at_level(logging.WARNING, "redfirst.github"):
            opened = await forge.write(TENANT, proposal())
        edit = EditPullRequest(key="r2/text", repository=REPOSITORY, number=opened.number, body="Better")
        await forge.write(TENANT, edit)
        assert f"our user id is {here.me} and not 41898282" in caplog.text
        await forge.close()


async def test_an_app_whose_bot_is_not_known_says_what_to_set() -> None:
    def nobody(_: Between, asked: httpx.Request, answer: httpx.Response) -> httpx.Response:
        is_user = asked.url.path.startswith("/users/")
        return httpx.Response(404, json={"message": "Not Found"}) if is_user else answer

    async with otherwise(nobody) as (here, _):
        with pytest.raises(OperatorProblem, match="REDFIRST_BOT_ID"):
            await here.forge.write(TENANT, COMMENT)


async def test_an_app_that_was_installed_anew_is_found_there() -> None:
    async with otherwise(as_it_is) as (here, _):
        before = Tenant(repository=REPOSITORY, installation=987654)
        await here.forge.write(before, COMMENT)
        assert len(here.comments()) == 1
