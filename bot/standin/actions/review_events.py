"""The events that tell of reviews and of their comments."""

from __future__ import annotations

from bot.standin.actions.events import fire
from bot.standin.jsontypes import Json
from bot.standin.render import reviews as shapes
from bot.standin.render.pulls import simple
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository
from bot.standin.world.reviews import Review, ReviewComment


def tell_of_review(
    site: Site,
    repo: Repository,
    issue: Issue,
    pull: Pull,
    by: User,
    review: Review,
    action: str,
    **extra: Json,
) -> None:
    urls = site.world.urls
    fields: dict[str, Json] = {
        "action": action,
        "review": shapes.in_webhook(urls, repo, issue, review),
        "pull_request": simple(urls, repo, issue, pull),
        **extra,
    }
    fire(site, repo, by, "pull_request_review", fields)


def tell_of_comment(
    site: Site,
    repo: Repository,
    issue: Issue,
    pull: Pull,
    by: User,
    comment: ReviewComment,
    action: str,
    **extra: Json,
) -> None:
    urls = site.world.urls
    fields: dict[str, Json] = {
        "action": action,
        "comment": shapes.review_comment(urls, repo, issue, comment),
        "pull_request": simple(urls, repo, issue, pull),
        **extra,
    }
    fire(site, repo, by, "pull_request_review_comment", fields)
