"""The checker itself: it finds what GitHub would not do, and says where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from bot.github.client import AGENT
from bot.standin.config import AppSeed, RepositorySeed, StandInConfig, UserSeed
from bot.standin.server import running
from tests.github import checking, description, exchange, hook
from tests.github.examples import examples
from tests.github.exchange import Exchange
from tests.github.hook import Sent

ISSUES = "/api/v3/repos/octo/reds/issues"
LABEL = {
    "id": 1, "node_id": "x", "url": "https://example.org/1", "name": "bug", "description": None,
    "color": "f00", "default": False,
}  # fmt: skip


def seen(
    method: str = "GET",
    path: str = "/api/v3/repos/octo/reds/labels",
    *,
    query: str = "",
    body: object = None,
    status: int = 200,
    answer: object = (),
    headers: Mapping[str, str] | None = None,
) -> list[str]:
    raw = b"" if status in (204, 304) else json.dumps(answer).encode()
    kind = {"content-type": "application/json; charset=utf-8"}
    sent = b"" if body is None else json.dumps(body).encode()
    one = Exchange(method, path, query, headers or {}, sent, status, kind, raw)
    return list(exchange.findings(description.api(), one))


def test_what_fits_is_not_complained_about() -> None:
    assert seen(query="per_page=100&page=2", answer=[LABEL]) == []


def test_a_repository_at_the_root_is_the_same_as_below_the_prefix() -> None:
    assert seen(path="/repos/octo/reds/labels", answer=[LABEL | {"name": 1}]) != []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"titel": "off", "title": "off"}, "request: /titel: GitHub knows no such field (off)"),
        ({"title": "off", "labels": [7]}, "request: /labels/0: 7 is not"),
        ({"body": "no title"}, 'request: /: "title" is a required property'),
        (None, "request: the body is missing"),
    ],
)
def test_a_request_that_was_taken_though_github_would_not_is_found(body: object, complaint: str) -> None:
    assert any(complaint in said for said in seen("POST", ISSUES, body=body, status=201, answer={}))


def test_a_request_that_was_refused_was_judged_already() -> None:
    refusal = {"message": "Validation Failed", "documentation_url": "https://example.org", "status": "422"}
    assert seen("POST", ISSUES, body={"titel": 1}, status=422, answer=refusal) == []


OURS = {
    "user-agent": f"{AGENT}1.0", "accept": "application/vnd.github+json", "authorization": "Bearer t",
    "content-type": "application/json", "content-length": "20",
}  # fmt: skip


def test_a_request_of_our_own_is_judged_though_it_was_refused() -> None:
    refusal = {"message": "Validation Failed", "documentation_url": "https://example.org", "status": "422"}
    said = seen("POST", ISSUES, body={"title": "x", "titel": 1}, status=422, answer=refusal, headers=OURS)
    assert [line.partition("request: ")[2] for line in said] == ["/titel: GitHub knows no such field (1)"]
    assert seen(path="/api/v3/lables", status=404, answer={"message": "Not Found"}, headers=OURS) != []


@pytest.mark.parametrize(
    ("header", "given", "complaint"),
    [
        ("authorization", "token t", "it is not by a bearer token"),
        ("accept", "*/*", "it accepts */*"),
        ("content-type", "text/plain", "its body is text/plain"),
        ("content-length", "0", "its body is application/json"),
    ],
)
def test_a_request_of_our_own_has_the_headers_that_github_asks_for(
    header: str, given: str, complaint: str
) -> None:
    def judged(headers: Mapping[str, str]) -> list[str]:
        refused = {"message": "Validation Failed", "documentation_url": "https://example.org"}
        return seen("POST", ISSUES, body={"title": "x"}, status=422, answer=refused, headers=headers)

    assert judged(OURS) == []
    (said,) = judged(OURS | {header: given})
    assert said.endswith(f"request: {complaint}")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("perpage=3", "GitHub knows no such query parameter: perpage"),
        ("per_page=many", 'query per_page/: "many" is not of type "integer"'),
    ],
)
def test_a_query_that_github_would_pass_over_is_found(query: str, complaint: str) -> None:
    assert any(complaint in said for said in seen(query=query, answer=[]))


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ([LABEL | {"default": "no"}], '/0/default: "no" is not of type "boolean"'),
        ([LABEL | {"colour": "f00"}], "/0/colour: GitHub knows no such field (f00)"),
        ([{**LABEL, "url": "not an address"}], "/0/url: "),
        ({}, '/: {} is not of type "array"'),
    ],
)
def test_an_answer_that_github_would_not_give_is_found(answer: Any, complaint: str) -> None:
    assert any(f"answer: {complaint}" in said for said in seen(answer=answer))


def test_an_answer_with_a_status_that_github_does_not_give_is_found() -> None:
    (said,) = seen(status=206, answer=[LABEL])
    assert "GitHub never answers 206 here, but 200" in said


def test_an_operation_that_github_does_not_have_is_found() -> None:
    assert seen(path="/api/v3/repos/octo/reds/lables", answer=[]) != []
    assert seen(path="/api/v3/repos/octo/reds/lables", answer={"message": "Not Found"}, status=404) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/repos/octo/reds/git/ref/heads/redfirst/7-total", "GET /repos/{owner}/{repo}/git/ref/{ref}"),
        ("/repos/octo/reds/commits/a/b/check-runs", "GET /repos/{owner}/{repo}/commits/{ref}/check-runs"),
        ("/repos/octo/reds/pulls/comments", "GET /repos/{owner}/{repo}/pulls/comments"),
        ("/repos/octo/reds/contents/a/b.py", "GET /repos/{owner}/{repo}/contents/{path}"),
    ],
)
def test_a_path_is_the_operation_that_says_most_of_it(path: str, name: str) -> None:
    found = description.api().operation("GET", path.split("/")[1:])
    assert found is not None
    assert found.name == name


def test_a_webhook_is_held_against_its_event_and_action() -> None:
    (one, *_) = (one for one in examples() if one.name == "issues.labeled")
    described = description.webhooks()
    changed = one.payload | {"sendr": one.payload["sender"], "issue": one.payload["issue"] | {"number": "7"}}
    said = list(hook.findings(described, Sent("issues", json.dumps(changed).encode(), {}, is_signed=True)))
    assert any(line.startswith('webhook issues.labeled: /issue/number: "7" is not') for line in said)
    assert any(line.startswith("webhook issues.labeled: /sendr: GitHub knows no such field") for line in said)
    (unknown,) = hook.findings(described, Sent("issues", b'{"action": "exploded"}', {}, is_signed=True))
    assert unknown == "webhook issues.exploded: GitHub has no such event"


def test_a_webhook_without_the_headers_of_one_is_found() -> None:
    (one, *_) = (one for one in examples() if one.name == "issues.labeled")
    sent = Sent("issues", one.body, {"X-GitHub-Event": "push"}, is_signed=True)
    said = [line for line in hook.findings(description.webhooks(), sent) if "header" in line]
    assert "webhook issues.labeled: the header X-Hub-Signature-256 is missing" in said
    assert "webhook issues.labeled: its header names push" in said
    unsigned = hook.findings(description.webhooks(), sent._replace(is_signed=False))
    assert not any("Signature" in line for line in unsigned)


async def test_a_standin_that_runs_here_is_watched_without_being_asked() -> None:
    description.api()
    world = StandInConfig(
        users=(UserSeed("octo", "t"),), repositories=(RepositorySeed("octo", "reds"),), app=AppSeed()
    )
    async with running(world) as standin, httpx.AsyncClient(trust_env=False) as client:
        head = {"authorization": "Bearer t"}
        await client.post(
            f"{standin.api_url}/repos/octo/reds/issues", json={"title": "x", "titel": "y"}, headers=head
        )
    (said,) = [said for said in checking.taken() if "titel" in said]
    assert said == (
        "POST /repos/{owner}/{repo}/issues (POST /api/v3/repos/octo/reds/issues, answered 201): "
        "request: /titel: GitHub knows no such field (y)"
    )
