"""Comments on issues and pull requests."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import comments as actions
from bot.standin.render.issues import comment as shape
from bot.standin.rest.answers import created, json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.issues import since
from bot.standin.roles import DISCUSS_READ
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.talk import Comment


def _comment(call: Call) -> tuple[Repository, Issue, Comment]:
    repo = call.repository(DISCUSS_READ)
    return repo, *repo.comment(call.number("comment_id"))


async def list_comments(call: Call) -> Response:
    repo, after = call.repository(DISCUSS_READ), since(call)
    issue = repo.issue(call.number())
    found = [comment for comment in issue.comments if after is None or comment.updated_at >= after]
    return call.page([shape(call.urls, repo, issue, comment) for comment in found])


async def list_all_comments(call: Call) -> Response:
    repo, after = call.repository(DISCUSS_READ), since(call)
    found = [
        (issue, comment)
        for issue in repo.issues.values()
        for comment in issue.comments
        if after is None or comment.updated_at >= after
    ]
    by_update = call.query("sort", "created") == "updated"
    found.sort(key=lambda pair: pair[1].updated_at if by_update else pair[1].created_at)
    if call.query("direction") == "desc":
        found.reverse()
    return call.page([shape(call.urls, repo, issue, comment) for issue, comment in found])


async def create_comment(call: Call) -> Response:
    repo = call.repository(DISCUSS_READ)
    issue, body = repo.issue(call.number()), await call.body()
    comment = await actions.create_comment(call.site, repo, issue, call.user, body.text("body"))
    return created(shape(call.urls, repo, issue, comment))


async def get_comment(call: Call) -> Response:
    repo, issue, comment = _comment(call)
    return json_response(shape(call.urls, repo, issue, comment))


async def update_comment(call: Call) -> Response:
    repo, issue, comment = _comment(call)
    body = (await call.body()).text("body")
    await actions.edit_comment(call.site, repo, issue, comment, call.user, body)
    return json_response(shape(call.urls, repo, issue, comment))


async def delete_comment(call: Call) -> Response:
    repo, issue, comment = _comment(call)
    await actions.delete_comment(call.site, repo, issue, comment, call.user)
    return no_content()


_ISSUE = "/repos/{owner}/{repo}/issues/{number:int}/comments"
_ONE = "/repos/{owner}/{repo}/issues/comments/{comment_id:int}"
_ALL = "/repos/{owner}/{repo}/issues/comments"
ENDPOINTS = (
    Endpoint("GET", _ALL, list_all_comments, "issues/comments#list-issue-comments-for-a-repository"),
    Endpoint("GET", _ISSUE, list_comments, "issues/comments#list-issue-comments"),
    Endpoint("POST", _ISSUE, create_comment, "issues/comments#create-an-issue-comment"),
    Endpoint("GET", _ONE, get_comment, "issues/comments#get-an-issue-comment"),
    Endpoint("PATCH", _ONE, update_comment, "issues/comments#update-an-issue-comment"),
    Endpoint("DELETE", _ONE, delete_comment, "issues/comments#delete-an-issue-comment"),
)
