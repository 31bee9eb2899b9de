"""Reviews of pull requests, and their comments on lines."""

from __future__ import annotations

from starlette.responses import Response

from bot.standin.actions import pull_view
from bot.standin.actions import reviews as actions
from bot.standin.errors import not_found
from bot.standin.jsontypes import Body, Json
from bot.standin.render import pulls as shapes
from bot.standin.rest.answers import json_response
from bot.standin.rest.call import Call
from bot.standin.rest.endpoint import Endpoint
from bot.standin.rest.pulls import find
from bot.standin.world import Issue, Pull, Repository, Review, ReviewComment


async def list_reviews(call: Call) -> Response:
    repo, issue, pull = find(call)
    return call.page([shapes.review(call.urls, repo, issue, review) for review in _visible(call, pull)])


def _visible(call: Call, pull: Pull) -> list[Review]:
    """A pending review is its author's alone."""
    return [r for r in pull.reviews if r.state != "PENDING" or r.user.id == call.user.id]


def _review(call: Call) -> tuple[Repository, Issue, Pull, Review]:
    repo, issue, pull = find(call)
    for review in _visible(call, pull):
        if review.id == call.number("review_id"):
            return repo, issue, pull, review
    raise not_found()


async def get_review(call: Call) -> Response:
    repo, issue, _, review = _review(call)
    return json_response(shapes.review(call.urls, repo, issue, review))


async def create_review(call: Call) -> Response:
    repo, issue, pull = find(call)
    body = await call.body()
    review = await actions.create_review(
        call.site,
        repo,
        issue,
        pull,
        call.user,
        event=body.maybe_text("event") or "PENDING",
        body=body.maybe_text("body") or "",
        comments=[_line_comment(call, entry) for entry in body.objects("comments")],
    )
    # Not 201: GitHub answers this one POST with 200.
    return json_response(shapes.review(call.urls, repo, issue, review))


def _line_comment(call: Call, entry: Body) -> ReviewComment:
    line = entry.maybe_number("line")
    return ReviewComment(
        id=call.site.world.next_id("review_comment"),
        path=entry.text("path"),
        line=line if line is not None else entry.maybe_number("position"),
        side=entry.maybe_text("side") or "RIGHT",
        body=entry.text("body"),
    )


async def _comments(
    call: Call, repo: Repository, issue: Issue, pull: Pull, reviews: list[Review]
) -> list[Json]:
    patches = {change.path: change.patch or "" for change in await pull_view.files(call.site, repo, pull)}
    return [
        shapes.review_comment(call.urls, repo, issue, review, comment, patches.get(comment.path, ""))
        for review in reviews
        for comment in review.comments
    ]


async def list_pull_comments(call: Call) -> Response:
    repo, issue, pull = find(call)
    sent = [review for review in pull.reviews if review.state != "PENDING"]
    return call.page(await _comments(call, repo, issue, pull, sent))


async def list_review_comments(call: Call) -> Response:
    repo, issue, pull, review = _review(call)
    return call.page(await _comments(call, repo, issue, pull, [review]))


_PULL = "/repos/{owner}/{repo}/pulls/{number:int}"
_ONE = _PULL + "/reviews/{review_id:int}"
ENDPOINTS = (
    Endpoint("GET", _PULL + "/reviews", list_reviews, "pulls/reviews#list-reviews-for-a-pull-request"),
    Endpoint("POST", _PULL + "/reviews", create_review, "pulls/reviews#create-a-review-for-a-pull-request"),
    Endpoint("GET", _ONE, get_review, "pulls/reviews#get-a-review-for-a-pull-request"),
    Endpoint(
        "GET",
        _ONE + "/comments",
        list_review_comments,
        "pulls/reviews#list-comments-for-a-pull-request-review",
    ),
    Endpoint(
        "GET",
        _PULL + "/comments",
        list_pull_comments,
        "pulls/comments#list-review-comments-on-a-pull-request",
    ),
)
