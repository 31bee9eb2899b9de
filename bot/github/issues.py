"""Comments and reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot import marker
from bot.github.errors import understood
from policies.effects import AddReaction, CommentRef, PostComment, ReactionRef

if TYPE_CHECKING:
    from githubkit import GitHub

PAGE = 100


class _Author(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int


class _Comment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int
    body: str | None = None
    html_url: str = ""
    user: _Author | None = None


_COMMENTS = TypeAdapter(list[_Comment])


async def post(client: GitHub[Any], owner: str, repo: str, effect: PostComment, me: int) -> CommentRef:
    """Edits our comment with the same marker where there is one, else writes it."""
    names = {"sticky": effect.sticky} if effect.sticky else {"key": effect.key}
    body = f"{effect.body}\n\n{marker.mark(**names)}"
    with understood(f"commenting on #{effect.issue}"):
        ours = await _find(client, owner, repo, effect.issue, names, me)
        if ours is None:
            answer = await client.rest.issues.async_create_comment(owner, repo, effect.issue, body=body)
            ours = _Comment.model_validate(answer.json())
        elif ours.body != body:
            await client.rest.issues.async_update_comment(owner, repo, ours.id, body=body)
    return CommentRef(ref=str(ours.id), url=ours.html_url)


async def _find(
    client: GitHub[Any], owner: str, repo: str, issue: int, names: dict[str, str], me: int
) -> _Comment | None:
    (name, value) = next(iter(names.items()))
    page = 1
    while True:
        answer = await client.rest.issues.async_list_comments(owner, repo, issue, per_page=PAGE, page=page)
        comments = _COMMENTS.validate_python(answer.json())
        for comment in comments:
            # Anybody can write our marker; only what we wrote ourselves is ours.
            if comment.user and comment.user.id == me and marker.has(comment.body or "", name, value):
                return comment
        if len(comments) < PAGE:
            return None
        page += 1


async def react(client: GitHub[Any], owner: str, repo: str, effect: AddReaction) -> ReactionRef:
    """GitHub keeps one reaction of a kind from each user, so doing it again is doing nothing."""
    reactions: Any = client.rest.reactions
    with understood(f"reacting on #{effect.issue}"):
        if effect.comment is None:
            answer = await reactions.async_create_for_issue(owner, repo, effect.issue, content=effect.content)
        else:
            answer = await reactions.async_create_for_issue_comment(
                owner, repo, effect.comment, content=effect.content
            )
    return ReactionRef(ref=str(answer.json()["id"]))
