from __future__ import annotations

import pytest
from githubkit.exception import RequestFailed

from bot.standin.people import StandIn
from bot.standin.server import running

from .support import BOT, REPO, As, HttpAs, client, config, plain_client


async def test_a_list_is_walked_page_by_page(standin: StandIn, github: As, issue: int) -> None:
    for number in range(5):
        await standin.comment(REPO, issue, f"comment {number}", by="reader")
    gh = github(BOT)
    rows = gh.rest.paginate(
        gh.rest.issues.async_list_comments, owner="maintainer", repo="fizz", issue_number=issue, per_page=2
    )
    assert [row.body async for row in rows] == [f"comment {number}" for number in range(5)]


async def test_the_link_header_leads_to_the_other_pages(standin: StandIn, http: HttpAs, issue: int) -> None:
    for number in range(5):
        await standin.comment(REPO, issue, str(number), by="reader")
    path = f"/repos/{REPO}/issues/{issue}/comments"
    answer = await http(BOT).get(path, params={"per_page": 2, "page": 2})

    assert [row["body"] for row in answer.json()] == ["2", "3"]
    address = f"{standin.api_url}{path}?per_page=2"
    assert {name: link["url"] for name, link in answer.links.items()} == {
        "prev": f"{address}&page=1",
        "next": f"{address}&page=3",
        "last": f"{address}&page=3",
        "first": f"{address}&page=1",
    }
    last = await http(BOT).get(answer.links["last"]["url"])
    assert [row["body"] for row in last.json()] == ["4"]
    assert "next" not in last.links


async def test_what_has_not_changed_is_not_sent_again_and_costs_nothing(
    standin: StandIn, http: HttpAs, issue: int
) -> None:
    reader, path = http("reader"), f"/repos/{REPO}/issues/{issue}"
    first = await reader.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    second = await reader.get(path, headers={"If-None-Match": tag})
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"]

    await standin.comment(REPO, issue, "news", by="reader")
    third = await reader.get(path, headers={"If-None-Match": tag})
    assert (third.status_code, third.json()["comments"]) == (200, 1)


async def test_the_rate_limit_counts_down_and_ends() -> None:
    async with running(config(rate_limit=2)) as standin:
        gh = client(standin, BOT)
        left = [(await gh.rest.repos.async_get("maintainer", "fizz")).headers["x-ratelimit-remaining"]]
        left.append((await gh.rest.repos.async_get("maintainer", "fizz")).headers["x-ratelimit-remaining"])
        with pytest.raises(RequestFailed) as failure:
            await gh.rest.repos.async_get("maintainer", "fizz")

    assert left == ["1", "0"]
    assert failure.value.response.status_code == 403
    assert failure.value.response.json()["message"].startswith("API rate limit exceeded")


@pytest.mark.parametrize("root", ["/api/v3", ""])
async def test_the_api_is_at_the_root_and_below_the_prefix(standin: StandIn, root: str) -> None:
    async with plain_client(base_url=standin.url + root) as plain:
        headers = {"Authorization": "token token-of-reader"}
        assert (await plain.get(f"/repos/{REPO}", headers=headers)).json()["full_name"] == REPO
        missing = await plain.get("/repos/maintainer/none", headers=headers)
        assert (missing.status_code, missing.json()["message"]) == (404, "Not Found")
        nowhere = await plain.put(f"/repos/{REPO}/issues", headers=headers)
        assert (nowhere.status_code, nowhere.json()["message"]) == (404, "Not Found")


async def test_every_answer_carries_an_id_of_its_own(http: HttpAs) -> None:
    ids = {(await http(BOT).get(f"/repos/{REPO}")).headers["x-github-request-id"] for _ in range(3)}
    assert len(ids) == 3


async def test_a_newer_version_of_the_api_leaves_out_what_it_removed(http: HttpAs, issue: int) -> None:
    path = f"/repos/{REPO}/issues/{issue}"
    older = await http(BOT).get(path)
    newer = await http(BOT).get(path, headers={"X-GitHub-Api-Version": "2026-03-10"})
    assert older.json().keys() - newer.json().keys() == {"assignee"}
    assert newer.headers["etag"] != older.headers["etag"]
    unknown = await http(BOT).get(path, headers={"X-GitHub-Api-Version": "1999-01-01"})
    assert unknown.status_code == 400
