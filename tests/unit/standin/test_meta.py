"""What the API says of itself, at the root and as a GitHub of one's own."""

from __future__ import annotations

import pytest

from bot.standin.people import StandIn

from .support import REPO, bearer_of, plain_client


async def test_anyone_may_ask_what_this_is(standin: StandIn) -> None:
    async with plain_client(base_url=standin.url) as plain:
        assert (await plain.get("/meta")).json() == {"verifiable_password_authentication": False}
        assert (await plain.get("/api/v3/meta")).json()["installed_version"] == "3.17.1"
        assert "2022-11-28" in (await plain.get("/versions")).json()
        assert (await plain.get("/zen")).headers["content-type"].startswith("text/plain")
        assert (await plain.get("/apps/redfirst")).json()["slug"] == "redfirst"
        root = (await plain.get("/api/v3/")).json()
        assert root["rate_limit_url"] == f"{standin.api_url}/rate_limit"
        wrong = await plain.get("/zen", headers={"Authorization": "Bearer none"})
        assert wrong.status_code == 401


@pytest.mark.parametrize("prefix", ["/api/v3", ""])
async def test_links_lead_to_the_api_that_was_asked(standin: StandIn, issue: int, prefix: str) -> None:
    for number in range(3):
        await standin.comment(REPO, issue, str(number), by="reader")
    async with plain_client(headers=bearer_of("reader")) as plain:
        path = f"{standin.url}{prefix}/repos/{REPO}/issues/{issue}"
        answer = await plain.get(path)
        assert answer.json()["url"] == path
        assert ("x-github-enterprise-version" in answer.headers) == bool(prefix)
        comments = await plain.get(f"{path}/comments?per_page=1")
        assert comments.links["next"]["url"] == f"{path}/comments?per_page=1&page=2"
        assert (await plain.get(comments.links["last"]["url"])).json()[0]["body"] == "2"


@pytest.mark.parametrize(
    "path", ["/api/v3/nothing", "/api/v3/app/x", "/orgs/x/y/z", "/installation/x", "/user/x"]
)
async def test_what_is_not_there_is_said_in_json(standin: StandIn, path: str) -> None:
    async with plain_client(base_url=standin.url) as plain:
        for method in ("GET", "POST", "DELETE"):
            answer = await plain.request(method, path)
            assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")
