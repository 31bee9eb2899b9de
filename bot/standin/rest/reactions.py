"""Reactions to issues and to their comments."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import comments as actions
from bot.standin.render.issues import reaction as shape
from bot.standin.rest.answers import created, json_response, no_content
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.roles import DISCUSS_READ
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.talk import Comment


def _target(call: Call) -> tuple[Repository, Issue, Issue | Comment]:
    repo = call.repository(DISCUSS_READ)
    if "review_comment_id" in call.request.path_params:
        issue, _, comment = repo.review_comment(call.number("review_comment_id"))
        return repo, issue, comment
    if "comment_id" in call.request.path_params:
        return repo, *repo.comment(call.number("comment_id"))
    issue = repo.issue(call.number())
    return repo, issue, issue


async def list_reactions(call: Call) -> Response:
    _, _, target = _target(call)
    content = call.query("content")
    found = [reaction for reaction in target.reactions if content in ("", reaction.content)]
    return call.page([shape(call.urls, reaction) for reaction in found])


async def create_reaction(call: Call) -> Response:
    repo, issue, target = _target(call)
    content = (await call.body()).text("content")
    reaction, is_new = actions.react(call.site, repo, issue, target, call.user, content)
    answer = shape(call.urls, reaction)
    return created(answer) if is_new else json_response(answer)


async def delete_reaction(call: Call) -> Response:
    repo, issue, target = _target(call)
    actions.unreact(call.site, repo, issue, target, call.user, call.number("reaction_id"))
    return no_content()


_ISSUE = "/repos/{owner}/{repo}/issues/{number:int}/reactions"
_COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id:int}/reactions"
_LINE = "/repos/{owner}/{repo}/pulls/comments/{review_comment_id:int}/reactions"
_ONE = "/{reaction_id:int}"
ENDPOINTS = (
    Endpoint("GET", _ISSUE, list_reactions, "reactions/reactions#list-reactions-for-an-issue"),
    Endpoint("POST", _ISSUE, create_reaction, "reactions/reactions#create-reaction-for-an-issue"),
    Endpoint("DELETE", _ISSUE + _ONE, delete_reaction, "reactions/reactions#delete-an-issue-reaction"),
    Endpoint("GET", _COMMENT, list_reactions, "reactions/reactions#list-reactions-for-an-issue-comment"),
    Endpoint("POST", _COMMENT, create_reaction, "reactions/reactions#create-reaction-for-an-issue-comment"),
    Endpoint(
        "DELETE", _COMMENT + _ONE, delete_reaction, "reactions/reactions#delete-an-issue-comment-reaction"
    ),
    Endpoint(
        "GET", _LINE, list_reactions, "reactions/reactions#list-reactions-for-a-pull-request-review-comment"
    ),
    Endpoint(
        "POST",
        _LINE,
        create_reaction,
        "reactions/reactions#create-reaction-for-a-pull-request-review-comment",
    ),
    Endpoint(
        "DELETE",
        _LINE + _ONE,
        delete_reaction,
        "reactions/reactions#delete-a-pull-request-comment-reaction",
    ),
)
