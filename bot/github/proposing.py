"""Our pull requests: opened once, as drafts; their text renewed; ready for review when people approve."""

from __future__ import annotations

from pydantic import TypeAdapter

from bot import marker
from bot.github import pulls
from bot.github.at import PAGE, At, pages
from bot.github.errors import Invalid, understood
from bot.github.once import once
from bot.github.pulls import Pull
from policies.effects import EditPullRequest, MarkReady, OpenPullRequest, PullRequestRef
from workflows.errors import Passing, UserProblem

_PULLS = TypeAdapter(list[Pull])

READY = """
mutation ($id: ID!) {
  markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } }
}
"""


async def open_once(at: At, effect: OpenPullRequest) -> PullRequestRef:
    return await once(
        at.ours("pull request", effect.head, effect.key),
        lambda: _found(at, effect),
        lambda: _made(at, effect),
    )


async def _made(at: At, effect: OpenPullRequest) -> PullRequestRef:
    try:
        return await _opened(at, effect, draft=effect.draft)
    except Invalid as error:
        # Somebody was quicker, or it was ourselves and the list had not shown it yet.
        found = await _found(at, effect)
        if found is not None:
            return found
        if error.says("already exists"):
            raise Passing(f"GitHub does not show yet what is open for {effect.head}") from error
        if "raft pull requests are not supported" in error.said:
            return await _opened(at, effect, draft=False)
        raise _no_use(effect, error) from error


async def _found(at: At, effect: OpenPullRequest) -> PullRequestRef | None:
    me, head = await at.me(), f"{at.owner}:{effect.head}"
    with understood(f"looking for a pull request for {effect.head}"):
        listed = pages(
            lambda page: at.rest.pulls.async_list(*at.repo, head=head, state="all", per_page=PAGE, page=page),
            _PULLS,
        )
        async for found in listed:
            if found.is_by(me) and marker.has(found.body or "", "key", effect.key):
                return _ref(found)
            if found.state == "open" and found.head.ref == effect.head:
                raise UserProblem(
                    f"#{found.number} is open for {effect.head} already; close it, then ask again"
                )
    return None


async def _opened(at: At, effect: OpenPullRequest, *, draft: bool) -> PullRequestRef:
    run = effect.key.partition("/")[0]
    with understood(f"opening a pull request for {effect.head}"):
        answer = await at.rest.pulls.async_create(
            *at.repo,
            title=effect.title,
            head=effect.head,
            base=effect.base,
            body=marker.below(effect.body, run=run, key=effect.key),
            draft=draft,
        )
        opened = Pull.model_validate_json(answer.content)
        at.wrote(opened.user)
        return _ref(opened)


def _no_use(effect: OpenPullRequest, error: Invalid) -> Invalid | UserProblem:
    if "No commits between" in error.said:
        return UserProblem(f"{effect.head} changes nothing that {effect.base} does not have already")
    if '"base"' in error.said:
        return UserProblem(f"the branch {effect.base} is gone, into which it was to go")
    return error


async def edit(at: At, effect: EditPullRequest) -> PullRequestRef:
    """The marker of the run that opened it stays: by it people's answers find their way. So does what people
    have written around our text."""
    found = await _own(at, effect.number)
    said = found.body or ""
    run = marker.find(said, "run") or effect.key.partition("/")[0]
    ours = marker.below(effect.body, run=run, key=marker.find(said, "key"))
    above, below = marker.around(said, effect.body)
    body = "\n\n".join(part for part in (above, ours, below) if part)
    body = body if len(body) <= marker.LONGEST + 500 else ours
    if said != body:
        with understood(f"renewing the text of #{effect.number}"):
            await at.rest.pulls.async_update(*at.repo, effect.number, body=body)
    return _ref(found)


async def mark_ready(at: At, effect: MarkReady) -> PullRequestRef:
    """REST cannot do it."""
    found = await _own(at, effect.number)
    if found.draft:
        try:
            with understood(f"marking #{effect.number} as ready for review"):
                await at.client.graphql.arequest(READY, {"id": found.node_id})
        except Invalid:
            if (await pulls.get(at, effect.number)).draft:
                raise
    return _ref(found)


async def _own(at: At, number: int) -> Pull:
    found = await pulls.get(at, number)
    if not found.is_by(await at.me()):
        raise UserProblem(f"#{number} is somebody else's, and not ours to change")
    return found


def _ref(found: Pull) -> PullRequestRef:
    return PullRequestRef(ref=str(found.number), number=found.number, url=found.html_url)
