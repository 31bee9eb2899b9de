"""Comments and reactions."""

from __future__ import annotations

from bot.standin.actions.events import fire
from bot.standin.actions.issues import BODY_LIMIT
from bot.standin.errors import GitHubError, invalid, not_accessible, not_found
from bot.standin.jsontypes import Json
from bot.standin.render import issues as shapes
from bot.standin.render.common import REACTIONS
from bot.standin.roles import comment_need, may, triage_need
from bot.standin.site import Site
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Repository
from bot.standin.world.talk import Comment, Reaction


def _check_body(body: str) -> None:
    if not body.strip():
        raise invalid("IssueComment", "data", "unprocessable", "Body cannot be blank")
    if len(body) > BODY_LIMIT:
        message = f"Body is too long (maximum is {BODY_LIMIT} characters)"
        raise invalid("IssueComment", "data", "unprocessable", message)


def _announce(
    site: Site, repo: Repository, issue: Issue, comment: Comment, by: User, action: str, **extra: Json
) -> None:
    urls = site.world.urls
    fields: dict[str, Json] = {
        "action": action,
        "issue": shapes.in_webhook(urls, repo, issue),
        "comment": shapes.comment(urls, repo, issue, comment),
        **extra,
    }
    fire(site, repo, by, "issue_comment", fields)


def _require_own(site: Site, repo: Repository, issue: Issue, comment: Comment, by: User) -> None:
    """One's own comment, or write access: a reader may not put words into another's mouth."""
    is_pull = issue.pull is not None
    site.require(repo, by, comment_need(is_pull))
    if comment.user.id != by.id and not may(site.world.app, repo, by, triage_need(is_pull)):
        raise not_accessible("integration" if by.type == "Bot" else "personal access token")


async def create_comment(site: Site, repo: Repository, issue: Issue, by: User, body: str) -> Comment:
    site.require(repo, by, comment_need(issue.pull is not None))
    _check_body(body)
    if issue.locked and not may(site.world.app, repo, by, triage_need(issue.pull is not None)):
        raise GitHubError(403, "Unable to create comment because issue is locked.")
    now = site.world.now()
    comment = Comment(site.world.next_id("comment"), by, body, now, now)
    issue.comments.append(comment)
    issue.updated_at = now
    _announce(site, repo, issue, comment, by, "created")
    return comment


async def edit_comment(
    site: Site, repo: Repository, issue: Issue, comment: Comment, by: User, body: str
) -> None:
    _require_own(site, repo, issue, comment, by)
    _check_body(body)
    before, comment.body = comment.body, body
    comment.updated_at = site.world.now()
    _announce(site, repo, issue, comment, by, "edited", changes={"body": {"from": before}})


async def delete_comment(site: Site, repo: Repository, issue: Issue, comment: Comment, by: User) -> None:
    _require_own(site, repo, issue, comment, by)
    issue.comments.remove(comment)
    _announce(site, repo, issue, comment, by, "deleted")


def react(
    site: Site, repo: Repository, issue: Issue, to: Issue | Comment, by: User, content: str
) -> tuple[Reaction, bool]:
    """The reaction, and whether it is new: the same one twice is one. GitHub sends no event for either."""
    site.require(repo, by, comment_need(issue.pull is not None))
    if content not in REACTIONS:
        raise invalid("Reaction", "content", "invalid")
    for reaction in to.reactions:
        if reaction.user.id == by.id and reaction.content == content:
            return reaction, False
    reaction = Reaction(site.world.next_id("reaction"), by, content, site.world.now())
    to.reactions.append(reaction)
    return reaction, True


def unreact(
    site: Site, repo: Repository, issue: Issue, to: Issue | Comment, by: User, reaction_id: int
) -> None:
    site.require(repo, by, comment_need(issue.pull is not None))
    for reaction in to.reactions:
        if reaction.id == reaction_id and reaction.user.id == by.id:
            to.reactions.remove(reaction)
            return
    raise not_found()
