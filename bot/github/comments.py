"""Comments and reactions, below an issue or a pull request or on one of its lines."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable

from pydantic import TypeAdapter

from bot import marker
from bot.github.at import PAGE, At, Narrow, Ours, User, pages
from bot.github.errors import understood
from bot.github.once import made, once, settled
from policies.effects import AddReaction, CommentRef, PostComment, ReactionRef
from workflows.errors import Gone


class _Comment(Narrow):
    id: int
    body: str | None = None
    html_url: str = ""
    user: User | None = None
    in_reply_to_id: int | None = None

    def is_by(self, user: int, name: str, value: str) -> bool:
        return self.user is not None and self.user.id == user and marker.has(self.body or "", name, value)


class _Reaction(Narrow):
    id: int


_COMMENTS = TypeAdapter(list[_Comment])


async def post(at: At, effect: PostComment) -> CommentRef:
    """Edits our comment with the same marker where there is one, else writes it."""
    name, value = ("sticky", effect.sticky) if effect.sticky else ("key", effect.key)
    body = marker.below(effect.body, **{name: value})
    ours = at.ours(effect.issue, name, value)
    with understood(f"commenting on #{effect.issue}"):
        if effect.in_reply_to is not None:
            written = await _replied(at, effect.issue, effect.in_reply_to, ours, name, value, body)
        else:
            async with ours.writing:
                written = await _written(at, effect.issue, ours, name, value, body)
                ours.made = written.model_copy(update={"body": None})
    return CommentRef(ref=str(written.id), url=written.html_url)


async def _written(at: At, issue: int, ours: Ours, name: str, value: str, body: str) -> _Comment:
    async def create() -> _Comment:
        with understood(f"commenting on #{issue}"):
            answer = await at.rest.issues.async_create_comment(*at.repo, issue, body=body)
            return _ours(at, _Comment.model_validate_json(answer.content))

    def find() -> Awaitable[_Comment | None]:
        return _found(at, issue, name, value)

    found = await _known(at, ours) or await find()
    if found is None:
        return await made(find, create)
    if found.body != body:
        await at.rest.issues.async_update_comment(*at.repo, found.id, body=body)
    return found


def _ours(at: At, written: _Comment) -> _Comment:
    at.wrote(written.user)
    return written


async def _known(at: At, ours: Ours) -> _Comment | None:
    """The one that we wrote from here, unless somebody has deleted it. It may also not be shown yet."""
    if ours.made is None:
        return None
    known: _Comment = ours.made

    async def look() -> _Comment | None:
        try:
            with understood("looking for our comment"):
                answer = await at.rest.issues.async_get_comment(*at.repo, known.id)
                return _Comment.model_validate_json(answer.content)
        except Gone:
            return None

    return await look() or await settled(look)


async def _found(at: At, issue: int, name: str, value: str) -> _Comment | None:
    me = await at.me()
    listed = pages(
        lambda page: at.rest.issues.async_list_comments(*at.repo, issue, per_page=PAGE, page=page), _COMMENTS
    )
    async for comment in listed:
        if comment.is_by(me, name, value):
            return comment
    return None


async def _replied(at: At, number: int, to: int, ours: Ours, name: str, value: str, body: str) -> _Comment:
    """In the thread of a comment on a line. GitHub takes replies only to the first of a thread."""
    me, first = await at.me(), to

    async def find() -> _Comment | None:
        nonlocal first
        async for comment in _on_lines(at, number):
            if comment.is_by(me, name, value):
                return comment
            if comment.id == to and comment.in_reply_to_id is not None:
                first = comment.in_reply_to_id
        return None

    async def reply() -> _Comment:
        with understood(f"answering on a line of #{number}"):
            answer = await at.rest.pulls.async_create_reply_for_review_comment(
                *at.repo, number, first, body=body
            )
            return _ours(at, _Comment.model_validate_json(answer.content))

    return await once(ours, find, reply)


def _on_lines(at: At, number: int) -> AsyncGenerator[_Comment]:
    return pages(
        lambda page: at.rest.pulls.async_list_review_comments(*at.repo, number, per_page=PAGE, page=page),
        _COMMENTS,
    )


async def react(at: At, effect: AddReaction) -> ReactionRef:
    """GitHub keeps one reaction of a kind from each user, so doing it again is doing nothing."""
    reactions = at.rest.reactions
    with understood(f"reacting on #{effect.issue}"):
        if effect.comment is None:
            answer = await reactions.async_create_for_issue(*at.repo, effect.issue, content=effect.content)
        elif effect.in_review:
            answer = await reactions.async_create_for_pull_request_review_comment(
                *at.repo, effect.comment, content=effect.content
            )
        else:
            answer = await reactions.async_create_for_issue_comment(
                *at.repo, effect.comment, content=effect.content
            )
        return ReactionRef(ref=str(_Reaction.model_validate_json(answer.content).id))
