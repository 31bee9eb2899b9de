"""Reviews of pull requests."""

from __future__ import annotations

from collections.abc import Sequence

from bot.standin.actions import pull_view
from bot.standin.actions.events import fire
from bot.standin.errors import GitHubError
from bot.standin.jsontypes import Json
from bot.standin.render import pulls as shapes
from bot.standin.roles import PULLS_REVIEW
from bot.standin.site import Site
from bot.standin.world import Issue, Pull, Repository, Review, ReviewComment, ReviewState, User

STATES: dict[str, ReviewState] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
    "PENDING": "PENDING",
}


def _refuse(message: str) -> GitHubError:
    return GitHubError(422, "Unprocessable Entity", [message])


async def create_review(
    site: Site,
    repo: Repository,
    issue: Issue,
    pull: Pull,
    by: User,
    *,
    event: str,
    body: str = "",
    comments: Sequence[ReviewComment] = (),
) -> Review:
    site.require(repo, by, PULLS_REVIEW)
    state = STATES.get(event)
    if state is None:
        raise _refuse(f"Variable $event of type PullRequestReviewEvent was provided invalid value {event}")
    if by.id == issue.user.id and state in ("APPROVED", "CHANGES_REQUESTED"):
        verb = "approve" if state == "APPROVED" else "request changes on"
        raise _refuse(f"Can not {verb} your own pull request")
    if not body.strip() and (state == "CHANGES_REQUESTED" or (state == "COMMENTED" and not comments)):
        raise _refuse("Body can't be blank")
    changed = {change.path for change in await pull_view.files(site, repo, pull)}
    if any(comment.path not in changed for comment in comments):
        raise _refuse("Path could not be resolved")
    review = Review(
        site.world.next_id("review"), by, body, state, pull.head_sha, site.world.now(), list(comments)
    )
    pull.reviews.append(review)
    if state != "PENDING":
        pull.requested_reviewers = [user for user in pull.requested_reviewers if user.id != by.id]
        issue.updated_at = review.submitted_at
        _announce(site, repo, issue, pull, by, review)
    return review


def _announce(site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, review: Review) -> None:
    urls = site.world.urls
    fields: dict[str, Json] = {
        "action": "submitted",
        # Webhooks write the state small, REST writes it large.
        "review": {**shapes.review(urls, repo, issue, review), "state": review.state.lower()},
        "pull_request": shapes.simple(urls, repo, issue, pull),
    }
    fire(site, repo, by, "pull_request_review", fields)
