"""Reviews of pull requests."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import reviews as actions
from bot.standin.actions.lines import LineComment
from bot.standin.errors import invalid, not_found
from bot.standin.jsontypes import Body
from bot.standin.render import reviews as shapes
from bot.standin.rest.answers import json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.pulls import find
from bot.standin.roles import PULLS_READ, PULLS_REVIEW, Need
from bot.standin.world.repositories import Issue, Pull, Repository
from bot.standin.world.reviews import Review, Side


async def list_reviews(call: Call) -> Response:
    repo, issue, pull = find(call)
    return call.page([shapes.review(call.urls, repo, issue, review) for review in _visible(call, pull)])


def _visible(call: Call, pull: Pull) -> list[Review]:
    """A pending review is its author's alone."""
    return [r for r in pull.reviews if r.state != "PENDING" or r.user.id == call.user.id]


def _review(call: Call, need: Need = PULLS_READ) -> tuple[Repository, Issue, Pull, Review]:
    repo, issue, pull = find(call, need)
    for review in _visible(call, pull):
        if review.id == call.number("review_id"):
            return repo, issue, pull, review
    raise not_found()


async def get_review(call: Call) -> Response:
    repo, issue, _, review = _review(call)
    return json_response(shapes.review(call.urls, repo, issue, review))


async def create_review(call: Call) -> Response:
    repo, issue, pull = find(call, PULLS_REVIEW)
    body = await call.body()
    review = await actions.create_review(
        call.site,
        repo,
        issue,
        pull,
        call.user,
        event=body.maybe_text("event") or "PENDING",
        body=body.maybe_text("body") or "",
        comments=[line_comment(entry) for entry in body.objects("comments")],
        commit_id=body.maybe_text("commit_id"),
    )
    # Not 201: GitHub answers this one POST with 200.
    return json_response(shapes.review(call.urls, repo, issue, review))


def line_comment(entry: Body) -> LineComment:
    return LineComment(
        path=entry.text("path"),
        body=entry.text("body"),
        line=entry.maybe_number("line"),
        side=_side(entry.maybe_text("side")) or "RIGHT",
        start_line=entry.maybe_number("start_line"),
        start_side=_side(entry.maybe_text("start_side")),
        position=entry.maybe_number("position"),
    )


def _side(given: str | None) -> Side | None:
    if given is None or given == "RIGHT" or given == "LEFT":
        return given
    raise invalid("PullRequestReviewComment", "side", "invalid")


async def update_review(call: Call) -> Response:
    repo, issue, pull, review = _review(call, PULLS_REVIEW)
    text = (await call.body()).text("body")
    actions.edit_review(call.site, repo, issue, pull, review, call.user, text)
    return json_response(shapes.review(call.urls, repo, issue, review))


async def delete_review(call: Call) -> Response:
    repo, issue, pull, review = _review(call, PULLS_REVIEW)
    actions.delete_pending(call.site, repo, pull, review, call.user)
    return json_response(shapes.review(call.urls, repo, issue, review))


async def submit_review(call: Call) -> Response:
    repo, issue, pull, review = _review(call, PULLS_REVIEW)
    body = await call.body()
    event, text = body.text("event"), body.maybe_text("body") or ""
    await actions.submit_review(call.site, repo, issue, pull, review, call.user, event, text)
    return json_response(shapes.review(call.urls, repo, issue, review))


async def dismiss_review(call: Call) -> Response:
    repo, issue, pull, review = _review(call, actions.DISMISS)
    message = (await call.body()).text("message")
    actions.dismiss_review(call.site, repo, issue, pull, review, call.user, message)
    return json_response(shapes.review(call.urls, repo, issue, review))


async def list_comments_of_review(call: Call) -> Response:
    repo, issue, _, review = _review(call)
    return call.page([shapes.comment_of_review(call.urls, repo, issue, one) for one in review.comments])


_ALL, _DOCS = "/repos/{owner}/{repo}/pulls/{number:int}/reviews", "pulls/reviews#"
_ONE = _ALL + "/{review_id:int}"
ENDPOINTS = (
    Endpoint("GET", _ALL, list_reviews, _DOCS + "list-reviews-for-a-pull-request"),
    Endpoint("POST", _ALL, create_review, _DOCS + "create-a-review-for-a-pull-request"),
    Endpoint("GET", _ONE, get_review, _DOCS + "get-a-review-for-a-pull-request"),
    Endpoint("PUT", _ONE, update_review, _DOCS + "update-a-review-for-a-pull-request"),
    Endpoint("DELETE", _ONE, delete_review, _DOCS + "delete-a-pending-review-for-a-pull-request"),
    Endpoint("POST", _ONE + "/events", submit_review, _DOCS + "submit-a-review-for-a-pull-request"),
    Endpoint("PUT", _ONE + "/dismissals", dismiss_review, _DOCS + "dismiss-a-review-for-a-pull-request"),
    Endpoint(
        "GET",
        _ONE + "/comments",
        list_comments_of_review,
        _DOCS + "list-comments-for-a-pull-request-review",
    ),
)
