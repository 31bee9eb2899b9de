from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from bot.standin.people import StandIn

from .support import BOT, REPO, HttpAs


def _head(standin: StandIn, number: int) -> str:
    found = standin.issue(REPO, number).pull
    assert found
    return found.head_sha


async def test_a_check_run_is_begun_and_ended_by_the_app(standin: StandIn, http: HttpAs, pull: int) -> None:
    bot, runs = http(BOT), f"/repos/{REPO}/check-runs"
    sha = _head(standin, pull)
    begun = await bot.post(runs, json={"name": "proof", "head_sha": sha, "status": "in_progress"})
    assert (begun.status_code, begun.json()["conclusion"]) == (201, None)
    note = {"path": "long.txt", "start_line": 1, "end_line": 2, "annotation_level": "notice", "message": "m"}
    output = {"title": "Proved", "summary": "red, then green", "annotations": [note]}
    path = f"{runs}/{begun.json()['id']}"
    ended = (await bot.patch(path, json={"conclusion": "success", "output": output})).json()
    assert (ended["status"], ended["conclusion"], ended["output"]["title"]) == (
        "completed",
        "success",
        "Proved",
    )
    assert ended["output"]["annotations_count"] == 1
    assert [p["number"] for p in ended["pull_requests"]] == [pull]
    assert (await bot.get(f"{path}/annotations")).json()[0]["message"] == "m"

    listed = (await bot.get(f"/repos/{REPO}/commits/bot/x/check-runs")).json()
    assert (listed["total_count"], listed["check_runs"][0]["id"]) == (1, ended["id"])
    suites = (await bot.get(f"/repos/{REPO}/commits/{sha}/check-suites")).json()["check_suites"]
    assert [(one["status"], one["conclusion"], one["app"]["slug"]) for one in suites] == [
        ("completed", "success", "redfirst")
    ]


async def test_a_person_makes_no_check_run(standin: StandIn, http: HttpAs, pull: int) -> None:
    body = {"name": "proof", "head_sha": _head(standin, pull)}
    answer = await http("maintainer").post(f"/repos/{REPO}/check-runs", json=body)
    assert (answer.status_code, answer.json()["message"]) == (403, "You must authenticate via a GitHub App.")


async def test_nobody_ends_the_check_run_of_another_app(standin: StandIn, http: HttpAs, pull: int) -> None:
    failed = await standin.fail_check(REPO, pull, by="writer")
    answer = await http(BOT).patch(f"/repos/{REPO}/check-runs/{failed.id}", json={"conclusion": "success"})
    assert answer.status_code == 403
    assert answer.json()["message"].startswith("Invalid app_id `15368`")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"head_sha": "0" * 40}, "No commit found for SHA"),
        ({"status": "completed"}, '"conclusion" wasn\'t supplied'),
        ({"conclusion": "fine"}, '"fine" is not a possible value'),
        ({"output": {"title": "t", "summary": "x" * 65536}}, "Only 65535 characters"),
        (
            {
                "output": {
                    "title": "t",
                    "summary": "s",
                    "annotations": [
                        {
                            "path": "p",
                            "start_line": 1,
                            "end_line": 1,
                            "annotation_level": "notice",
                            "message": "m",
                        }
                    ]
                    * 51,
                }
            },
            "No more than 50 items are allowed; 51 were supplied.",
        ),
    ],
    ids=["sha", "conclusion", "word", "long", "many"],
)
async def test_a_check_run_that_github_would_not_take(
    standin: StandIn, http: HttpAs, pull: int, wrong: dict[str, Any], said: str
) -> None:
    body = {"name": "proof", "head_sha": _head(standin, pull), **wrong}
    answer = await http(BOT).post(f"/repos/{REPO}/check-runs", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["message"]


async def test_a_failed_check_has_a_run_with_a_job_and_a_log(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    failed = await standin.fail_check(REPO, pull, by="writer", log="E  assert 'fizz' == '3'\n")
    bot, actions = http(BOT), f"/repos/{REPO}/actions"
    runs = (await bot.get(f"{actions}/runs", params={"head_sha": _head(standin, pull)})).json()
    [run] = runs["workflow_runs"]
    assert (run["conclusion"], run["event"], run["head_branch"]) == ("failure", "pull_request", "bot/x")
    assert (await bot.get(f"{actions}/runs/{run['id']}")).json()["id"] == run["id"]
    [job] = (await bot.get(f"{actions}/runs/{run['id']}/jobs")).json()["jobs"]
    assert (job["id"], job["conclusion"]) == (failed.id, "failure")
    told = await bot.get(f"{actions}/jobs/{job['id']}/logs")
    assert told.status_code == 302
    assert "assert 'fizz'" in (await bot.get(told.headers["location"])).text
    whole = await bot.get(f"{actions}/runs/{run['id']}/logs", follow_redirects=True)
    with zipfile.ZipFile(io.BytesIO(whole.content)) as archive:
        assert archive.namelist() == ["0_tests.txt"]
    assert (await http("writer").post(f"{actions}/runs/{run['id']}/rerun")).status_code == 201
    assert (await bot.get(f"{actions}/runs/{run['id']}")).json()["run_attempt"] == 2


async def test_statuses_come_to_one_word_for_a_commit(standin: StandIn, http: HttpAs, pull: int) -> None:
    sha, bot = _head(standin, pull), http(BOT)
    path = f"/repos/{REPO}/statuses/{sha}"
    for state, context in (("failure", "a"), ("success", "a"), ("success", "b")):
        made = await bot.post(path, json={"state": state, "context": context})
        assert made.status_code == 201
    whole = (await bot.get(f"/repos/{REPO}/commits/bot/x/status")).json()
    assert (whole["state"], whole["total_count"], whole["sha"]) == ("success", 2, sha)
    assert len((await bot.get(f"/repos/{REPO}/commits/{sha}/statuses")).json()) == 3
    await bot.post(path, json={"state": "error", "context": "c"})
    assert (await bot.get(f"/repos/{REPO}/commits/{sha}/status")).json()["state"] == "failure"
    assert (await bot.post(path, json={"state": "fine"})).status_code == 422
    assert (await http("reader").post(path, json={"state": "success"})).status_code == 403


async def test_a_workflow_is_dispatched_by_its_file_or_number(standin: StandIn, http: HttpAs) -> None:
    flows = {
        ".github/workflows/fix.yml": b"name: Fix it\non: workflow_dispatch\n",
        ".github/workflows/other.yml": b"on: push\n",
    }
    await standin.push(REPO, "main", flows, "Workflows", by="maintainer")
    writer, path = http("writer"), f"/repos/{REPO}/actions/workflows"
    listed = (await writer.get(path)).json()
    assert [one["name"] for one in listed["workflows"]] == ["Fix it", ".github/workflows/other.yml"]
    number = listed["workflows"][0]["id"]
    for name in ("fix.yml", number):
        body = {"ref": "main", "inputs": {"issue": "1"}}
        assert (await writer.post(f"{path}/{name}/dispatches", json=body)).status_code == 204
    refusals = [
        await writer.post(f"{path}/other.yml/dispatches", json={"ref": "main"}),
        await writer.post(f"{path}/fix.yml/dispatches", json={"ref": "none"}),
        await writer.post(f"{path}/none.yml/dispatches", json={"ref": "main"}),
        await http("reader").post(f"{path}/fix.yml/dispatches", json={"ref": "main"}),
    ]
    assert [answer.status_code for answer in refusals] == [422, 422, 404, 403]
    runs = (await writer.get(f"/repos/{REPO}/actions/runs", params={"event": "workflow_dispatch"})).json()
    assert [run["run_number"] for run in runs["workflow_runs"]] == [2, 1]
