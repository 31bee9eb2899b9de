"""Reviews of pull requests: begun, submitted, edited, dismissed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.standin.actions.history import note
from bot.standin.actions.lines import LineComment, Patches, no
from bot.standin.actions.review_events import tell_of_comment, tell_of_review
from bot.standin.errors import not_accessible, unprocessable
from bot.standin.roles import PULLS_REVIEW, Need, Role
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository
from bot.standin.world.reviews import Review, ReviewState

DISMISS = Need(Role.WRITE, ("pull_requests",), write=True)
STATES: dict[str, ReviewState] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
    "PENDING": "PENDING",
}


def _state(issue: Issue, by: User, event: str, body: str, has_comments: bool) -> ReviewState:
    state = STATES.get(event)
    if state is None:
        raise no(f"Variable $event of type PullRequestReviewEvent was provided invalid value {event}")
    if by.id == issue.user.id and state in ("APPROVED", "CHANGES_REQUESTED"):
        verb = "approve" if state == "APPROVED" else "request changes on"
        raise no(f"Can not {verb} your own pull request")
    if not body.strip() and (state == "CHANGES_REQUESTED" or (state == "COMMENTED" and not has_comments)):
        raise no("Body can't be blank")
    return state


async def create_review(
    site: Site,
    repo: Repository,
    issue: Issue,
    pull: Pull,
    by: User,
    *,
    event: str,
    body: str = "",
    comments: Sequence[LineComment] = (),
    commit_id: str | None = None,
) -> Review:
    site.require(repo, by, PULLS_REVIEW)
    state = _state(issue, by, event, body, bool(comments))
    if any(review.state == "PENDING" and review.user.id == by.id for review in pull.reviews):
        raise no("User can only have one pending review per pull request")
    patches = await Patches.read(site, repo, pull)
    now = site.world.now()
    review = Review(site.world.next_id("review"), by, body, "PENDING", commit_id or pull.head_sha, now, now)
    # One line that is wrong, and none of it is kept.
    review.comments = [patches.place(site, pull, by, review.id, comment) for comment in comments]
    pull.reviews.append(review)
    if state != "PENDING":
        _submit(site, repo, issue, pull, review, state)
    return review


async def submit_review(
    site: Site, repo: Repository, issue: Issue, pull: Pull, review: Review, by: User, event: str, body: str
) -> None:
    site.require(repo, by, PULLS_REVIEW)
    if review.state != "PENDING":
        raise unprocessable("Could not submit review: it was submitted before.")
    state = _state(issue, by, event, body or review.body, bool(review.comments))
    review.body = body or review.body
    _submit(site, repo, issue, pull, review, state)


def _submit(
    site: Site, repo: Repository, issue: Issue, pull: Pull, review: Review, state: ReviewState
) -> None:
    by = review.user
    review.state = state
    review.submitted_at = review.updated_at = issue.updated_at = site.world.now()
    pull.requested_reviewers = [user for user in pull.requested_reviewers if user.id != by.id]
    tell_of_review(site, repo, issue, pull, by, review, "submitted")
    for comment in review.comments:
        tell_of_comment(site, repo, issue, pull, by, comment, "created")


def delete_pending(site: Site, repo: Repository, pull: Pull, review: Review, by: User) -> None:
    site.require(repo, by, PULLS_REVIEW)
    if review.state != "PENDING":
        raise unprocessable("Can not delete a non-pending pull request review")
    pull.reviews.remove(review)


def edit_review(
    site: Site, repo: Repository, issue: Issue, pull: Pull, review: Review, by: User, body: str
) -> None:
    site.require(repo, by, PULLS_REVIEW)
    if review.user.id != by.id:
        raise not_accessible("integration" if by.type == "Bot" else "personal access token")
    before, review.body, review.updated_at = review.body, body, site.world.now()
    if review.state != "PENDING":
        changes = {"body": {"from": before}}
        tell_of_review(site, repo, issue, pull, by, review, "edited", changes=changes)


def dismiss_review(
    site: Site, repo: Repository, issue: Issue, pull: Pull, review: Review, by: User, message: str
) -> None:
    site.require(repo, by, DISMISS)
    if not message.strip():
        raise unprocessable("Message can't be blank")
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise unprocessable(f"Can not dismiss a {review.state.lower()} pull request review")
    was = review.state.lower()
    review.state, review.updated_at = "DISMISSED", site.world.now()
    note(site, issue, by, "review_dismissed", dismissed=(review.id, was, message))
    tell_of_review(site, repo, issue, pull, by, review, "dismissed")
