from __future__ import annotations

from typing import Any

import pytest

from bot.standin.actions.issues import IssueEdit
from bot.standin.people import StandIn
from bot.standin.render.common import time

from .support import BOT, REPO, As, HttpAs

READY = """
mutation Ready($id: ID!) {
  markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft number } }
}
"""


async def _ask(standin: StandIn, http: HttpAs, who: str, query: str, **variables: object) -> Any:
    answer = await http(who).post(f"{standin.url}/api/graphql", json={"query": query, "variables": variables})
    assert answer.status_code == 200
    return answer.json()


async def _node(http: HttpAs, pull: int) -> str:
    return (await http(BOT).get(f"/repos/{REPO}/pulls/{pull}")).json()["node_id"]


async def test_a_draft_is_made_ready_and_a_draft_again(
    standin: StandIn, github: As, http: HttpAs, pull: int
) -> None:
    gh, node = github(BOT), await _node(http, pull)
    told = await gh.graphql.arequest(READY, {"id": node})
    assert told == {"markPullRequestReadyForReview": {"pullRequest": {"isDraft": False, "number": pull}}}
    put = f'input: {{pullRequestId: "{node}"}}'
    back = f"mutation {{ convertPullRequestToDraft({put}) {{ pullRequest {{ isDraft }} }} }}"
    told = await _ask(standin, http, BOT, back)
    assert told["data"]["convertPullRequestToDraft"]["pullRequest"]["isDraft"] is True
    assert (await http(BOT).get(f"/repos/{REPO}/issues/{pull}")).json()["node_id"] == node


async def test_a_node_tells_what_rest_does_not(standin: StandIn, http: HttpAs, pull: int) -> None:
    await standin.request_changes(REPO, pull, "no", by="writer")
    query = """query ($id: ID!) { it: node(id: $id) {
      __typename id ... on PullRequest { number decision: reviewDecision author { login } }
      ... on Issue { title } } }"""
    node = await _node(http, pull)
    assert await _ask(standin, http, BOT, query, id=node) == {
        "data": {
            "it": {
                "__typename": "PullRequest",
                "id": node,
                "number": pull,
                "decision": "CHANGES_REQUESTED",
                "author": {"login": BOT},
            }
        }
    }


async def test_a_pull_request_is_found_through_its_repository(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    query = """query ($n: Int!) { repository(owner: "maintainer", name: "fizz") {
      nameWithOwner pullRequest(number: $n) { state isDraft } } viewer { login } }"""
    told = await _ask(standin, http, "reader", query, n=pull)
    shown = {"nameWithOwner": REPO, "pullRequest": {"state": "OPEN", "isDraft": True}}
    assert told == {"data": {"repository": shown, "viewer": {"login": "reader"}}}
    missing = await _ask(standin, http, "reader", query, n=99)
    assert (missing["data"]["repository"], missing["errors"][0]["type"]) == (None, "NOT_FOUND")


@pytest.mark.parametrize(("who", "kind"), [("reader", "FORBIDDEN"), (BOT, "NOT_FOUND")])
async def test_what_one_may_not_or_cannot_do_is_an_error_of_that_field(
    standin: StandIn, http: HttpAs, pull: int, who: str, kind: str
) -> None:
    node = await _node(http, pull) if kind == "FORBIDDEN" else "PR_none"
    told = await _ask(standin, http, who, READY, id=node)
    assert told["data"] == {"markPullRequestReadyForReview": None}
    [error] = told["errors"]
    assert (error["type"], error["path"]) == (kind, ["markPullRequestReadyForReview"])
    assert error["locations"] == [{"line": 3, "column": 3}]
    found = standin.issue(REPO, pull).pull
    assert found
    assert found.draft


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("{ node(id: 1) { nothing } }", "Field 'nothing' doesn't exist on type 'Node'"),
        ("{ everything { id } }", "Field 'everything' doesn't exist on type 'Query'"),
        ("mutation { addStar(input: {}) { id } }", "Field 'addStar' doesn't exist on type 'Mutation'"),
        ("{ viewer }", "Field 'viewer' must have selections"),
        ("{ viewer { login }", "Unexpected end of document"),
        ("{ viewer { ...F } } fragment F on User { login }", 'Parse error on "F"'),
        ("query ($id: ID!) { node(id: $id) { id } }", "Variable $id was provided invalid value"),
        ("{ viewer { login } } ;", 'Unknown char: ";"'),
        ("{" * 50, "Parse error"),
        ("{ a(b: " + "{c: " * 50, "nested too deeply"),
    ],
)
async def test_what_is_not_understood_is_said_so_and_nothing_is_done(
    standin: StandIn, http: HttpAs, query: str, said: str
) -> None:
    told = await _ask(standin, http, BOT, query)
    assert "data" not in told
    assert said in told["errors"][0]["message"]


async def test_a_request_without_a_query_is_an_error_too(standin: StandIn, http: HttpAs) -> None:
    answer = await http(BOT).post(f"{standin.url}/api/graphql", json={})
    assert "query attribute must be specified" in answer.json()["errors"][0]["message"]


async def test_it_says_who_wrote_the_text_of_an_issue_anew_and_when(
    standin: StandIn, http: HttpAs, issue: int
) -> None:
    query = f"""query {{ repository(owner: "{REPO.split("/")[0]}", name: "{REPO.split("/")[1]}") {{
      issue(number: {issue}) {{ lastEditedAt editor {{ __typename login }} }} }} }}"""
    nobody = {"lastEditedAt": None, "editor": None}
    await standin.edit_issue(REPO, issue, IssueEdit(title="Another"), by="writer")
    assert (await _ask(standin, http, BOT, query))["data"]["repository"]["issue"] == nobody
    await standin.edit_issue(REPO, issue, IssueEdit(body="Another text"), by="writer")
    said = (await _ask(standin, http, BOT, query))["data"]["repository"]["issue"]
    assert said["editor"] == {"__typename": "User", "login": "writer"}
    assert said["lastEditedAt"] == time(standin.issue(REPO, issue).updated_at)
