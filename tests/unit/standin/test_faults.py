"""What goes wrong on demand, seen from the other end of a real connection."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.standin.config import StandInConfig
from bot.standin.faults import DeliveryFault, Fault, FaultPlan
from bot.standin.people import StandIn
from bot.standin.server import running

from .support import REPO, HttpAs, config, plain_client

COMMENTS = "/repos/{owner}/{repo}/issues/{number}/comments"


@pytest.fixture
def comments(issue: int) -> str:
    return f"/repos/{REPO}/issues/{issue}/comments"


def _written(standin: StandIn, issue: int) -> list[str]:
    return [comment.body for comment in standin.comments(REPO, issue)]


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize(("when", "done"), [("before", []), ("after", ["x"])])
async def test_a_server_error_comes_before_the_write_or_after_it(
    standin: StandIn, http: HttpAs, issue: int, comments: str, status: int, when: Any, done: list[str]
) -> None:
    standin.faults.add(Fault("answer", "POST", COMMENTS, status=status, when=when))
    answer = await http("writer").post(comments, json={"body": "x"})
    assert answer.status_code == status
    assert _written(standin, issue) == done
    again = await http("writer").post(comments, json={"body": "again"})
    assert (again.status_code, _written(standin, issue)) == (201, [*done, "again"])


@pytest.mark.parametrize(("when", "done"), [("before", []), ("after", ["x"])])
async def test_the_connection_is_reset_before_the_write_or_after_it(
    standin: StandIn, http: HttpAs, issue: int, comments: str, when: Any, done: list[str]
) -> None:
    standin.faults.add(Fault("reset", "POST", when=when))
    with pytest.raises(httpx.ReadError) as failure:
        await http("writer").post(comments, json={"body": "x"})
    assert isinstance(_root(failure.value), ConnectionResetError)
    assert _written(standin, issue) == done
    assert (await http("writer").get(comments)).status_code == 200


def _root(error: BaseException) -> BaseException:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


async def test_an_answer_is_cut_off_in_the_middle(standin: StandIn, http: HttpAs, comments: str) -> None:
    await standin.comment(REPO, 1, "hello", by="writer")
    standin.faults.add(Fault("truncated"))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        await http("writer").get(comments)
    assert (await http("writer").get(comments)).json()[0]["body"] == "hello"


async def test_an_answer_is_whole_and_no_json(
    standin: StandIn, http: HttpAs, issue: int, comments: str
) -> None:
    standin.faults.add(Fault("malformed"))
    answer = await http("writer").post(comments, json={"body": "x"})
    assert answer.status_code == 201
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert _written(standin, issue) == ["x"]


@pytest.mark.parametrize(("when", "done"), [("before", []), ("after", ["x"])])
async def test_a_slow_answer_outlasts_the_patience_of_a_client(
    standin: StandIn, http: HttpAs, issue: int, comments: str, when: Any, done: list[str]
) -> None:
    standin.faults.add(Fault("slow", seconds=30, when=when))
    with pytest.raises(httpx.ReadTimeout):
        await http("writer").post(comments, json={"body": "x"}, timeout=0.5)
    assert _written(standin, issue) == done


@pytest.mark.parametrize("status", [403, 429])
async def test_the_primary_limit_says_when_it_ends_and_not_how_long_to_wait(
    standin: StandIn, http: HttpAs, issue: int, comments: str, status: int
) -> None:
    standin.faults.add(Fault("primary_limit", status=status, retry_after=90))
    answer = await http("writer").post(comments, json={"body": "x"})
    assert answer.status_code == status
    assert answer.json()["message"].startswith("API rate limit exceeded for")
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert 60 < int(answer.headers["x-ratelimit-reset"]) - time.time() <= 90
    assert "retry-after" not in answer.headers
    assert _written(standin, issue) == []


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("wait", [7, None])
async def test_the_secondary_limit_says_how_long_to_wait_or_does_not(
    standin: StandIn, http: HttpAs, comments: str, status: int, wait: int | None
) -> None:
    standin.faults.add(Fault("secondary_limit", status=status, retry_after=wait))
    answer = await http("writer").post(comments, json={"body": "x"})
    assert answer.status_code == status
    assert "secondary rate limit" in answer.json()["message"]
    assert answer.json()["documentation_url"].endswith("#about-secondary-rate-limits")
    assert answer.headers.get("retry-after") == (None if wait is None else str(wait))


async def test_a_token_ends_in_the_middle_and_stays_ended(
    standin: StandIn, http: HttpAs, issue: int, comments: str
) -> None:
    standin.faults.add(Fault("expired", skip=1))
    writer = http("writer")
    said = [(await writer.post(comments, json={"body": str(n)})).status_code for n in range(3)]
    assert said == [201, 401, 401]
    assert _written(standin, issue) == ["0"]
    assert (await http("reader").get(comments)).status_code == 200


async def test_what_was_just_made_is_not_there_for_a_moment(
    standin: StandIn, http: HttpAs, issue: int
) -> None:
    standin.faults.add(Fault("answer", "GET", "/repos/*", status=404, times=2))
    path = f"/repos/{REPO}/issues/{issue}"
    answers = [await http("reader").get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 200]
    assert answers[0].json()["message"] == "Not Found"


async def test_a_race_may_be_lost(standin: StandIn, http: HttpAs, comments: str) -> None:
    standin.faults.add(Fault("answer", "POST", status=422, message="Reference already exists"))
    standin.faults.add(Fault("answer", "POST", status=409))
    answers = [await http("writer").post(comments, json={"body": "x"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 409, 201]
    assert answers[0].json()["message"] == "Reference already exists"


async def test_only_the_requests_that_were_named_go_wrong(
    standin: StandIn, http: HttpAs, issue: int, comments: str
) -> None:
    standin.faults.add(Fault("answer", "POST", "/repos/{owner}/{repo}/issues", status=502, times=None))
    standin.faults.add(Fault("answer", "GET", "/repos/{owner}/{repo}", status=502, times=None))
    assert (await http("writer").get(f"/repos/{REPO}/issues")).status_code == 200
    assert (await http("writer").post(comments, json={"body": "x"})).status_code == 201
    for _ in range(3):
        new = await http("writer").post(f"/repos/{REPO}/issues", json={"title": "t"})
        assert new.status_code == 502
    standin.faults.clear()
    assert (await http("writer").post(f"/repos/{REPO}/issues", json={"title": "t"})).status_code == 201


async def test_faults_are_set_and_seen_from_another_process(standin: StandIn, http: HttpAs) -> None:
    plan: dict[str, Any] = {
        "requests": [{"what": "answer", "path": "/repos/*", "status": 502}],
        "deliveries": [{"what": "twice"}],
    }
    async with plain_client(base_url=standin.url) as plain:
        assert (await plain.post("/-/faults", json=plan)).status_code == 200
        assert (await http("reader").get(f"/repos/{REPO}")).status_code == 502
        listed = (await plain.get("/-/faults")).json()
        assert [(one["what"], one["seen"]) for one in listed] == [("answer", 1), ("twice", 0)]
        assert (await plain.post("/-/faults", json={"requests": [{"what": "?"}]})).status_code == 400
        form = await plain.post("/-/faults", content=json.dumps(plan), headers={"Content-Type": "text/plain"})
        assert form.status_code == 415
        assert (await plain.delete("/-/faults")).status_code == 204
        assert (await plain.get("/-/faults")).json() == []


async def test_faults_may_be_part_of_a_configuration(tmp_path: Path) -> None:
    plan = FaultPlan((Fault("answer", status=502),), (DeliveryFault("drop"),))
    written = StandInConfig(users=config().users, repositories=config().repositories, faults=plan)
    async with (
        running(StandInConfig.from_json(written.to_json()), git_root=tmp_path) as standin,
        plain_client(base_url=standin.url) as plain,
    ):
        answers = [await plain.get("/zen") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [502, 200]
