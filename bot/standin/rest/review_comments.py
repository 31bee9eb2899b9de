"""Comments on lines of pull requests."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import review_comments as actions
from bot.standin.errors import invalid
from bot.standin.jsontypes import Json
from bot.standin.render.reviews import review_comment as shape
from bot.standin.rest.answers import created, json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.issues import since
from bot.standin.rest.pulls import find
from bot.standin.rest.reviews import line_comment
from bot.standin.roles import PULLS_READ, PULLS_REVIEW, Need
from bot.standin.world.repositories import Issue, Pull, Repository
from bot.standin.world.reviews import ReviewComment


def _rows(call: Call, repo: Repository, issues: list[Issue]) -> list[Json]:
    after = since(call)
    found = [
        (issue, comment)
        for issue in issues
        for review in (issue.pull.reviews if issue.pull is not None else ())
        for comment in review.comments
        # What is pending is nobody's business yet.
        if review.state != "PENDING" and (after is None or comment.updated_at >= after)
    ]
    by_update = call.query("sort", "created") == "updated"
    found.sort(key=lambda pair: (pair[1].updated_at if by_update else pair[1].created_at, pair[1].id))
    if call.query("direction") == "desc":
        found.reverse()
    return [shape(call.urls, repo, issue, comment) for issue, comment in found]


async def list_all_comments(call: Call) -> Response:
    repo = call.repository(PULLS_READ)
    return call.page(_rows(call, repo, list(repo.issues.values())))


async def list_comments(call: Call) -> Response:
    repo, issue, _ = find(call)
    return call.page(_rows(call, repo, [issue]))


def _one(call: Call, need: Need) -> tuple[Repository, Issue, Pull, ReviewComment]:
    repo = call.repository(need)
    issue, _, comment = repo.review_comment(call.number("comment_id"))
    return repo, *repo.pull(issue.number), comment


async def create_comment(call: Call) -> Response:
    repo, issue, pull = find(call, PULLS_REVIEW)
    body = await call.body()
    old = body.maybe_number("in_reply_to")
    if old is not None:
        # The older way to reply: everything but the body is then ignored.
        _, _, to = repo.review_comment(old)
        made = await actions.reply(call.site, repo, issue, pull, call.user, to, body.text("body"))
    else:
        if body.text("commit_id") != pull.head_sha:
            said = "commit_id is not part of the pull request"
            raise invalid("PullRequestReviewComment", "commit_id", "custom", said)
        made = await actions.create_comment(call.site, repo, issue, pull, call.user, line_comment(body))
    return created(shape(call.urls, repo, issue, made))


async def reply(call: Call) -> Response:
    repo, issue, pull, to = _one(call, PULLS_REVIEW)
    text = (await call.body()).text("body")
    made = await actions.reply(call.site, repo, issue, pull, call.user, to, text)
    return created(shape(call.urls, repo, issue, made))


async def get_comment(call: Call) -> Response:
    repo, issue, _, comment = _one(call, PULLS_READ)
    return json_response(shape(call.urls, repo, issue, comment))


async def update_comment(call: Call) -> Response:
    repo, issue, pull, comment = _one(call, PULLS_REVIEW)
    text = (await call.body()).text("body")
    actions.edit_comment(call.site, repo, issue, pull, comment, call.user, text)
    return json_response(shape(call.urls, repo, issue, comment))


async def delete_comment(call: Call) -> Response:
    repo, issue, pull, comment = _one(call, PULLS_REVIEW)
    actions.delete_comment(call.site, repo, issue, pull, comment, call.user)
    return no_content()


_PULLS, _DOCS = "/repos/{owner}/{repo}/pulls", "pulls/comments#"
_OF_PULL, _ALL = _PULLS + "/{number:int}/comments", _PULLS + "/comments"
_ONE = _ALL + "/{comment_id:int}"
ENDPOINTS = (
    Endpoint("GET", _ALL, list_all_comments, _DOCS + "list-review-comments-in-a-repository"),
    Endpoint("GET", _OF_PULL, list_comments, _DOCS + "list-review-comments-on-a-pull-request"),
    Endpoint("POST", _OF_PULL, create_comment, _DOCS + "create-a-review-comment-for-a-pull-request"),
    Endpoint(
        "POST",
        _OF_PULL + "/{comment_id:int}/replies",
        reply,
        _DOCS + "create-a-reply-for-a-review-comment",
    ),
    Endpoint("GET", _ONE, get_comment, _DOCS + "get-a-review-comment-for-a-pull-request"),
    Endpoint("PATCH", _ONE, update_comment, _DOCS + "update-a-review-comment-for-a-pull-request"),
    Endpoint("DELETE", _ONE, delete_comment, _DOCS + "delete-a-review-comment-for-a-pull-request"),
)
