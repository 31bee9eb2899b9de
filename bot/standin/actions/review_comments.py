"""Comments on lines: made alone or as replies, edited, deleted."""

from __future__ import annotations

from bot.standin.actions import reviews
from bot.standin.actions.comments import BODY_LIMIT
from bot.standin.actions.lines import LineComment
from bot.standin.actions.review_events import tell_of_comment
from bot.standin.errors import invalid, not_accessible, not_found
from bot.standin.roles import PULLS_REVIEW, PULLS_TRIAGE, may
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository
from bot.standin.world.reviews import Review, ReviewComment


def _check_body(body: str) -> None:
    if not body.strip():
        raise invalid("PullRequestReviewComment", "body", "missing_field")
    if len(body) > BODY_LIMIT:
        message = f"body is too long (maximum is {BODY_LIMIT} characters)"
        raise invalid("PullRequestReviewComment", "body", "custom", message)


async def create_comment(
    site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, new: LineComment
) -> ReviewComment:
    """A comment alone is a review of one comment: GitHub tells of both."""
    _check_body(new.body)
    review = await reviews.create_review(site, repo, issue, pull, by, event="COMMENT", comments=[new])
    return review.comments[0]


async def reply(
    site: Site, repo: Repository, issue: Issue, pull: Pull, by: User, to: ReviewComment, body: str
) -> ReviewComment:
    site.require(repo, by, PULLS_REVIEW)
    _check_body(body)
    world, now = site.world, site.world.now()
    review = Review(world.next_id("review"), by, "", "PENDING", pull.head_sha, now, now)
    answer = ReviewComment(
        world.next_id("review_comment"), by, body, now, now,
        review_id=review.id, path=to.path, line=to.line, side=to.side, start_line=to.start_line,
        start_side=to.start_side, original_start_line=to.original_start_line,
        original_line=to.original_line, position=to.position,
        original_position=to.original_position, commit_id=to.commit_id,
        original_commit_id=to.original_commit_id, diff_hunk=to.diff_hunk,
        # Threads are one deep: a reply to a reply answers the first.
        in_reply_to=to.in_reply_to or to.id,
    )  # fmt: skip
    review.comments.append(answer)
    pull.reviews.append(review)
    await reviews.submit_review(site, repo, issue, pull, review, by, "COMMENT", "")
    return answer


def _require_own(site: Site, repo: Repository, comment: ReviewComment, by: User) -> None:
    site.require(repo, by, PULLS_REVIEW)
    if comment.user.id != by.id and not may(site.world.app, repo, by, PULLS_TRIAGE):
        raise not_accessible("integration" if by.type == "Bot" else "personal access token")


def edit_comment(
    site: Site, repo: Repository, issue: Issue, pull: Pull, comment: ReviewComment, by: User, body: str
) -> None:
    _require_own(site, repo, comment, by)
    _check_body(body)
    before, comment.body, comment.updated_at = comment.body, body, site.world.now()
    tell_of_comment(site, repo, issue, pull, by, comment, "edited", changes={"body": {"from": before}})


def delete_comment(
    site: Site, repo: Repository, issue: Issue, pull: Pull, comment: ReviewComment, by: User
) -> None:
    _require_own(site, repo, comment, by)
    for review in pull.reviews:
        if comment in review.comments:
            review.comments.remove(comment)
            tell_of_comment(site, repo, issue, pull, by, comment, "deleted")
            return
    raise not_found()
