"""What a client has already is not sent again; and what it may still ask for is counted."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.standin.people import StandIn
from bot.standin.server import running

from .apps import app_config, bearer, mint
from .support import BOT, REPO, HttpAs, config, plain_client, token


async def test_a_single_thing_says_when_it_was_changed_last(
    standin: StandIn, http: HttpAs, issue: int
) -> None:
    real = standin.world.now
    reader, path = http("reader"), f"/repos/{REPO}/issues/{issue}"
    changed = (await reader.get(path)).headers["last-modified"]
    known = await reader.get(path, headers={"If-Modified-Since": changed})
    assert (known.status_code, known.content, known.headers["last-modified"]) == (304, b"", changed)

    standin.world.now = lambda: real() + timedelta(minutes=1)
    await standin.comment(REPO, issue, "news", by="reader")
    assert (await reader.get(path, headers={"If-Modified-Since": changed})).status_code == 200
    assert "last-modified" not in (await reader.get(f"/repos/{REPO}/issues")).headers


async def test_a_tag_says_more_than_a_date(standin: StandIn, http: HttpAs, issue: int) -> None:
    reader, path = http("reader"), f"/repos/{REPO}/issues/{issue}"
    changed = (await reader.get(path)).headers["last-modified"]
    both = {"If-Modified-Since": changed, "If-None-Match": 'W/"other"'}
    assert (await reader.get(path, headers=both)).status_code == 200
    assert (await reader.get(path, headers={"If-Modified-Since": "yesterday"})).status_code == 200


async def test_the_same_answer_has_another_tag_for_another_token(http: HttpAs, issue: int) -> None:
    path = f"/repos/{REPO}/issues/{issue}"
    tags = {(await http(who).get(path)).headers["etag"] for who in ("reader", "writer", BOT)}
    assert len(tags) == 3


async def test_a_list_has_a_tag_and_its_304_leads_to_the_other_pages(
    standin: StandIn, http: HttpAs, issue: int
) -> None:
    await standin.comment(REPO, issue, "a", by="reader")
    await standin.comment(REPO, issue, "b", by="reader")
    path = f"/repos/{REPO}/issues/{issue}/comments?per_page=1"
    first = await http("reader").get(path)
    again = await http("reader").get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers["link"]) == (304, first.headers["link"])


async def test_a_failure_is_counted_too_and_what_is_known_is_not(http: HttpAs, issue: int) -> None:
    reader, path = http("reader"), f"/repos/{REPO}/issues/{issue}"

    def left(answer: httpx.Response) -> int:
        return int(answer.headers["x-ratelimit-remaining"])

    first = await reader.get(path)
    missing = await reader.get(f"/repos/{REPO}/issues/999")
    assert (missing.status_code, left(missing)) == (404, left(first) - 1)
    known = await reader.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, left(known)) == (304, left(missing))
    asked = await reader.get("/rate_limit")
    assert (asked.json()["resources"]["core"]["remaining"], left(asked)) == (left(known), left(known))
    assert int(asked.headers["x-ratelimit-used"]) + left(asked) == int(asked.headers["x-ratelimit-limit"])


async def test_a_spent_limit_can_still_be_asked_about_and_ends_with_the_hour() -> None:
    async with (
        running(config(rate_limit=1)) as standin,
        plain_client(base_url=standin.api_url, headers=bearer(token("reader"))) as me,
    ):
        assert (await me.get(f"/repos/{REPO}")).status_code == 200
        refused = await me.get(f"/repos/{REPO}")
        assert (refused.status_code, refused.headers["x-ratelimit-remaining"]) == (403, "0")
        assert refused.json()["message"].startswith("API rate limit exceeded for user ID")
        core = (await me.get("/rate_limit")).json()["resources"]["core"]
        assert (core["remaining"], str(core["reset"])) == (0, refused.headers["x-ratelimit-reset"])
        real = standin.world.now
        standin.world.now = lambda: real() + timedelta(hours=1, seconds=1)
        assert (await me.get(f"/repos/{REPO}")).status_code == 200


async def test_all_tokens_of_an_installation_share_its_limit() -> None:
    async with (
        running(app_config(rate_limit=3)) as standin,
        plain_client(base_url=standin.api_url) as plain,
    ):
        first, second = [(await mint(standin, plain))["token"] for _ in range(2)]
        said = [
            await plain.get(f"/repos/{REPO}", headers=bearer(one)) for one in (first, second, first, second)
        ]
        assert [answer.status_code for answer in said] == [200, 200, 200, 403]
        number = standin.world.app.installation_id
        assert said[-1].json()["message"].startswith(f"API rate limit exceeded for installation ID {number}")


async def test_every_answer_has_githubs_headers(http: HttpAs, issue: int) -> None:
    for path, status in ((f"/repos/{REPO}/issues/{issue}", 200), (f"/repos/{REPO}/issues/999", 404)):
        answer = await http("reader").get(path)
        assert answer.status_code == status
        assert answer.headers["cache-control"] == "private, max-age=60, s-maxage=60"
        assert answer.headers["x-github-media-type"] == "github.v3; format=json"
        assert answer.headers["x-github-api-version-selected"] == "2022-11-28"
        assert answer.headers["x-github-request-id"]
        assert answer.headers["x-ratelimit-resource"] == "core"


@pytest.mark.parametrize(
    "path",
    [
        "/issues?state=all",
        "/labels",
        "/issues/1/comments",
        "/issues/1/labels",
        "/issues/1/reactions",
        "/issues/comments/{comment}/reactions",
        "/branches",
        "/commits",
        "/pulls?state=all",
        "/hooks",
    ],
)
async def test_every_list_comes_in_pages(standin: StandIn, http: HttpAs, path: str) -> None:
    await _fill(standin, http)
    comment = standin.comments(REPO, 1)[0].id
    url = f"/repos/{REPO}{path}".replace("{comment}", str(comment))
    mine = http("maintainer")
    whole = (await mine.get(url, params={"per_page": 100, **dict(httpx.URL(url).params)})).json()
    assert len(whole) >= 3
    seen: list[object] = []
    at: str | None = str(httpx.URL(url).copy_merge_params({"per_page": "2"}))
    while at:
        answer = await mine.get(at)
        assert len(answer.json()) <= 2
        seen += answer.json()
        at = answer.links["next"]["url"] if "next" in answer.links else None
        assert at is None or at.startswith(standin.api_url)
    assert seen == whole


async def _fill(standin: StandIn, http: HttpAs) -> None:
    """Three of everything that there are lists of."""
    for n in range(3):
        await standin.open_issue(REPO, str(n), by="reader")
        await standin.push(REPO, f"b{n}", {"a": str(n).encode()}, "m", by="writer")
        await standin.comment(REPO, 1, str(n), by="reader")
        await standin.label(REPO, 1, ("bug", "question", "invalid")[n], by="writer")
        body = {"title": "t", "head": f"b{n}", "base": "main"}
        assert (await http("writer").post(f"/repos/{REPO}/pulls", json=body)).status_code == 201
        hook = {"config": {"url": f"http://127.0.0.1:9/{n}"}, "active": False}
        assert (await http("maintainer").post(f"/repos/{REPO}/hooks", json=hook)).status_code == 201
        await standin.push(REPO, "main", {f"m{n}": b"x"}, "m", by="maintainer")
    comment = standin.comments(REPO, 1)[0].id
    for content in ("eyes", "heart", "+1"):
        for on in ("1", f"comments/{comment}"):
            path = f"/repos/{REPO}/issues/{on}/reactions"
            assert (await http("reader").post(path, json={"content": content})).status_code == 201
