"""Pull requests: what they are now, and what they change."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from bot.github.at import PAGE, At, Narrow, User, pages
from bot.github.errors import understood
from bot.github.once import settled
from bot.github.streams import whole
from workflows.ports.forge import PullRequest

MOST_OPEN = 1000
DIFF_BYTES = 1024**2
DIFF = "application/vnd.github.diff"


class _Repository(Narrow):
    full_name: str


class _End(Narrow):
    ref: str
    sha: str
    repo: _Repository | None = None


class _Team(Narrow):
    slug: str = ""


class Pull(Narrow):
    number: int
    node_id: str = ""
    title: str = ""
    body: str | None = None
    state: str = "open"
    draft: bool = False
    merged: bool = False
    mergeable: bool | None = None
    """None for a moment, while GitHub finds out; only where one is asked for by itself."""
    user: User | None = None
    head: _End
    base: _End
    html_url: str = ""
    requested_reviewers: tuple[User, ...] = ()
    requested_teams: tuple[_Team, ...] = ()

    def is_by(self, user: int) -> bool:
        return self.user is not None and self.user.id == user


async def get(at: At, number: int) -> Pull:
    with understood(f"reading pull request #{number}"):
        answer = await at.rest.pulls.async_get(*at.repo, number)
        return Pull.model_validate_json(answer.content)


_PULLS = TypeAdapter(list[Pull])


async def pull_request(at: At, number: int) -> PullRequest:
    return _as_it_is(await get(at, number))


async def mergeable(at: At, number: int) -> bool | None:
    async def look() -> bool | None:
        return (await get(at, number)).mergeable

    found = await look()
    return await settled(look) if found is None else found


async def open_on(at: At, base: str) -> Sequence[PullRequest]:
    found: list[PullRequest] = []
    with understood(f"listing the pull requests to {base}"):
        listed = pages(
            lambda page: at.rest.pulls.async_list(
                *at.repo, state="open", base=base, per_page=PAGE, page=page
            ),
            _PULLS,
        )
        async for pull in listed:
            found.append(_as_it_is(pull))
            if len(found) == MOST_OPEN:
                break
    return found


def _as_it_is(found: Pull) -> PullRequest:
    head, base = found.head, found.base
    # A fork that was removed leaves no repository; then it was surely not this one.
    from_here = bool(head.repo and base.repo and head.repo.full_name == base.repo.full_name)
    return PullRequest(
        number=found.number,
        title=found.title,
        body=found.body or "",
        author=found.user.login if found.user else "",
        is_open=found.state == "open",
        is_merged=found.merged,
        is_draft=found.draft,
        branch=head.ref,
        sha=head.sha,
        base_branch=base.ref,
        base_sha=base.sha,
        from_here=from_here,
        url=found.html_url,
    )


async def diff(at: At, number: int) -> str:
    with understood(f"reading what #{number} changes"):
        answer = await at.rest.pulls.async_get(*at.repo, number, headers={"Accept": DIFF}, stream=True)
        return (await whole(answer, DIFF_BYTES, f"what #{number} changes")).decode(errors="replace")
