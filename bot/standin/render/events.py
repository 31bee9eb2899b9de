"""What happened to an issue, line by line."""

from __future__ import annotations

from bot.standin.jsontypes import Json, JsonObject
from bot.standin.render import issues, reviews, users
from bot.standin.render.common import node_id, time
from bot.standin.urls import Urls
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.talk import Event

_REQUESTS = ("review_requested", "review_request_removed")


def event(urls: Urls, repo: Repository, of: Issue, given: Event) -> JsonObject:
    shape: dict[str, Json] = {
        "id": given.id,
        "node_id": node_id("EV", given.id),
        "url": f"{urls.repository(repo.full_name)}/issues/events/{given.id}",
        "actor": users.simple(urls, given.actor),
        "event": given.kind,
        "commit_id": given.commit_id,
        "commit_url": None
        if given.commit_id is None
        else f"{urls.repository(repo.full_name)}/commits/{given.commit_id}",
        "created_at": time(given.created_at),
        "performed_via_github_app": None,
    }
    if given.label is not None:
        shape["label"] = {"name": given.label.name, "color": given.label.color}
    if given.user is not None and given.kind in _REQUESTS:
        shape["review_requester"] = users.simple(urls, given.actor)
        shape["requested_reviewer"] = users.simple(urls, given.user)
    elif given.user is not None:
        shape["assignee"] = users.simple(urls, given.user)
        shape["assigner"] = users.simple(urls, given.actor)
    if given.renamed is not None:
        shape["rename"] = {"from": given.renamed[0], "to": given.renamed[1]}
    if given.dismissed is not None:
        review_id, state, message = given.dismissed
        shape["dismissed_review"] = {"review_id": review_id, "state": state, "dismissal_message": message}
    if given.kind == "locked":
        shape["lock_reason"] = of.lock_reason
    return shape


def _in_timeline(shape: JsonObject, of: Issue) -> JsonObject:
    """The timeline names the same things a little differently."""
    reason = {"state_reason": of.state_reason} if shape["event"] == "closed" else {}
    return {name: value for name, value in shape.items() if name != "assigner"} | reason


def timeline(urls: Urls, repo: Repository, of: Issue) -> list[Json]:
    """The events, with comments and reviews between them, in the order in which they came."""
    rows: list[tuple[float, Json]] = [
        (one.created_at.timestamp(), _in_timeline(event(urls, repo, of, one), of)) for one in of.events
    ]
    for comment in of.comments:
        shape = issues.comment(urls, repo, of, comment)
        actor = users.simple(urls, comment.user)
        rows.append((comment.created_at.timestamp(), {**shape, "event": "commented", "actor": actor}))
    for review in of.pull.reviews if of.pull is not None else ():
        if review.state != "PENDING":
            shape = reviews.review(urls, repo, of, review)
            row = {**shape, "event": "reviewed", "state": review.state.lower()}
            rows.append((review.submitted_at.timestamp(), row))
    return [shape for _, shape in sorted(rows, key=lambda row: row[0])]
