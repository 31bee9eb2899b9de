from __future__ import annotations

import pytest

from bot.standin.actions.lines import LineComment
from bot.standin.people import StandIn

from .pulls import FIXED, LONG
from .support import BOT, REPO, HttpAs

LINE = {"path": "long.txt", "line": 20, "side": "RIGHT", "body": "why?"}


def _path(pull: int) -> str:
    return f"/repos/{REPO}/pulls/{pull}"


async def test_a_line_comment_has_its_place_and_its_hunk(http: HttpAs, pull: int) -> None:
    ranged = {**LINE, "line": 21, "start_line": 19, "start_side": "RIGHT"}
    old = {**LINE, "side": "LEFT"}
    made = await http("writer").post(
        f"{_path(pull)}/reviews", json={"event": "COMMENT", "comments": [LINE, ranged, old]}
    )
    assert (made.status_code, made.json()["state"]) == (200, "COMMENTED")
    new, span, left = (await http(BOT).get(f"{_path(pull)}/comments")).json()
    assert (new["line"], new["side"], new["position"], new["subject_type"]) == (20, "RIGHT", 5, "line")
    assert new["diff_hunk"].split("\n")[-2:] == ["-line 20", "+line twenty"]
    assert (span["start_line"], span["line"], span["start_side"]) == (19, 21, "RIGHT")
    assert (left["side"], left["position"]) == ("LEFT", 4)
    assert left["diff_hunk"].endswith("\n-line 20")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"line": 2}, "Line could not be resolved"),
        ({"line": 99}, "Line could not be resolved"),
        ({"path": "README.md"}, "Path could not be resolved"),
        ({"start_line": 22}, "Pull request review thread start line must precede the end line."),
        ({"start_line": 1}, "Start line must be part of the same hunk as the line."),
        ({"body": " "}, "Body can't be blank"),
    ],
)
async def test_of_a_review_with_one_wrong_line_nothing_is_kept(
    standin: StandIn, http: HttpAs, pull: int, wrong: dict[str, object], said: str
) -> None:
    review = {"event": "COMMENT", "body": "b", "comments": [LINE, {**LINE, **wrong}]}
    answer = await http("writer").post(f"{_path(pull)}/reviews", json=review)
    assert (answer.status_code, answer.json()["errors"]) == (422, [said])
    assert standin.line_comments(REPO, pull) == []


async def test_a_pending_review_is_its_authors_alone_until_it_is_sent(http: HttpAs, pull: int) -> None:
    writer, reviews = http("writer"), f"{_path(pull)}/reviews"
    made = (await writer.post(reviews, json={"body": "b", "comments": [LINE]})).json()
    assert made["state"] == "PENDING"
    assert (await http(BOT).get(reviews)).json() == []
    assert (await http(BOT).get(f"{_path(pull)}/comments")).json() == []
    again = await writer.post(reviews, json={"event": "APPROVE"})
    assert again.json()["errors"] == ["User can only have one pending review per pull request"]

    sent = await writer.post(f"{reviews}/{made['id']}/events", json={"event": "REQUEST_CHANGES"})
    assert (sent.status_code, sent.json()["state"]) == (200, "CHANGES_REQUESTED")
    assert [review["body"] for review in (await http(BOT).get(reviews)).json()] == ["b"]
    assert (await writer.delete(f"{reviews}/{made['id']}")).status_code == 422


async def test_a_pending_review_can_be_thrown_away(http: HttpAs, pull: int) -> None:
    writer, reviews = http("writer"), f"{_path(pull)}/reviews"
    made = (await writer.post(reviews, json={"body": "b"})).json()
    assert (await writer.delete(f"{reviews}/{made['id']}")).status_code == 200
    assert (await writer.get(f"{reviews}/{made['id']}")).status_code == 404


async def test_only_a_verdict_can_be_dismissed_and_only_by_a_writer(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    remark = await standin.review(REPO, pull, "COMMENT", "hm", by="reader")
    verdict = await standin.request_changes(REPO, pull, "no", by="reader")
    path = f"{_path(pull)}/reviews"
    why = {"message": "done since"}
    assert (await http("reader").put(f"{path}/{verdict}/dismissals", json=why)).status_code == 403
    assert (await http("writer").put(f"{path}/{remark}/dismissals", json=why)).status_code == 422
    done = await http("writer").put(f"{path}/{verdict}/dismissals", json=why)
    assert (done.status_code, done.json()["state"]) == (200, "DISMISSED")


async def test_a_review_is_edited_by_its_author_only(standin: StandIn, http: HttpAs, pull: int) -> None:
    number = await standin.review(REPO, pull, "COMMENT", "hm", by="reader")
    path = f"{_path(pull)}/reviews/{number}"
    assert (await http("writer").put(path, json={"body": "x"})).status_code == 403
    assert (await http("reader").put(path, json={"body": "well"})).json()["body"] == "well"


async def test_a_comment_alone_is_a_review_of_one(standin: StandIn, http: HttpAs, pull: int) -> None:
    head = standin.issue(REPO, pull).pull
    assert head
    made = await http("writer").post(f"{_path(pull)}/comments", json={**LINE, "commit_id": head.head_sha})
    assert made.status_code == 201
    [review] = (await http(BOT).get(f"{_path(pull)}/reviews")).json()
    assert (review["state"], review["id"]) == ("COMMENTED", made.json()["pull_request_review_id"])
    elsewhere = await http("writer").post(f"{_path(pull)}/comments", json={**LINE, "commit_id": "0" * 40})
    assert elsewhere.status_code == 422


async def test_a_reply_joins_the_thread_and_threads_are_one_deep(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    first = await standin.comment_on_line(REPO, pull, "long.txt", 20, "why?", by="writer")
    replies = f"{_path(pull)}/comments/{first.id}/replies"
    reply = (await http(BOT).post(replies, json={"body": "because"})).json()
    assert (reply["in_reply_to_id"], reply["line"], reply["user"]["login"]) == (first.id, 20, BOT)
    deeper = f"{_path(pull)}/comments/{reply['id']}/replies"
    assert (await http("writer").post(deeper, json={"body": "ah"})).json()["in_reply_to_id"] == first.id
    old = {"body": "so", "in_reply_to": first.id, "path": "long.txt", "commit_id": first.commit_id}
    made = await http("writer").post(f"{_path(pull)}/comments", json=old)
    assert (made.status_code, made.json()["in_reply_to_id"]) == (201, first.id)


async def test_line_comments_are_edited_deleted_and_reacted_to(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    made = await standin.comment_on_line(REPO, pull, "long.txt", 20, "why?", by="writer")
    path = f"/repos/{REPO}/pulls/comments/{made.id}"
    assert (await http("reader").patch(path, json={"body": "forged"})).status_code == 403
    assert (await http("writer").patch(path, json={"body": "how?"})).json()["body"] == "how?"
    eyes = [await http(BOT).post(f"{path}/reactions", json={"content": "eyes"}) for _ in range(2)]
    assert [answer.status_code for answer in eyes] == [201, 200]
    assert (await http(BOT).get(path)).json()["reactions"]["eyes"] == 1
    assert (await http(BOT).delete(f"{path}/reactions/{eyes[0].json()['id']}")).status_code == 204
    assert (await http("writer").delete(path)).status_code == 204
    assert (await http(BOT).get(path)).status_code == 404


async def test_a_comment_is_outdated_once_its_line_has_changed(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    lines = [LineComment("long.txt", "a", 20), LineComment("long.txt", "b", 18)]
    await standin.review(REPO, pull, "COMMENT", by="writer", comments=lines)
    before = standin.issue(REPO, pull).pull
    assert before
    old = before.head_sha
    await standin.push(REPO, "bot/x", {"long.txt": LONG.replace(b"line 20\n", b"20\n")}, "Again", by=BOT)
    changed, same = (await http(BOT).get(f"{_path(pull)}/comments")).json()
    assert (changed["line"], changed["original_line"], changed["position"]) == (None, 20, None)
    assert (changed["commit_id"], changed["original_commit_id"]) == (old, old)
    assert (same["line"], same["commit_id"]) == (18, before.head_sha)
    assert FIXED != LONG


async def test_reviewers_are_asked_and_unasked_and_a_review_is_the_answer(
    standin: StandIn, http: HttpAs, pull: int
) -> None:
    path = f"{_path(pull)}/requested_reviewers"
    ask = {"reviewers": ["writer", "reader"]}
    assert (await http(BOT).post(path, json=ask)).status_code == 201
    for wrong in ({"reviewers": [BOT]}, {"reviewers": ["stranger"]}, {"team_reviewers": ["team"]}):
        assert (await http("maintainer").post(path, json=wrong)).status_code == 422
    assert (await http(BOT).request("DELETE", path, json={"reviewers": ["reader"]})).status_code == 200
    assert [user["login"] for user in (await http(BOT).get(path)).json()["users"]] == ["writer"]
    await standin.approve(REPO, pull, by="writer")
    assert (await http(BOT).get(path)).json() == {"users": [], "teams": []}
