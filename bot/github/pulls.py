"""Pull requests: opened once, as drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from bot import marker
from bot.github.errors import understood
from policies.effects import OpenPullRequest, PullRequestRef
from workflows.errors import UserProblem

if TYPE_CHECKING:
    from githubkit import GitHub


class _PullRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    state: str = "open"
    body: str | None = None
    html_url: str = ""


_PULLS = TypeAdapter(list[_PullRequest])


async def open_once(client: GitHub[Any], owner: str, repo: str, effect: OpenPullRequest) -> PullRequestRef:
    run = effect.key.partition("/")[0]
    body = f"{effect.body}\n\n{marker.mark(run=run, key=effect.key)}"
    with understood(f"opening a pull request for {effect.head}"):
        listed = await client.rest.pulls.async_list(owner, repo, head=f"{owner}:{effect.head}", state="all")
        for found in _PULLS.validate_python(listed.json()):
            if marker.has(found.body or "", "key", effect.key):
                return _ref(found)
            if found.state == "open":
                raise UserProblem(
                    f"#{found.number} is open for {effect.head} already; close it, then ask again"
                )
        opened = await client.rest.pulls.async_create(
            owner,
            repo,
            title=effect.title,
            head=effect.head,
            base=effect.base,
            body=body,
            draft=effect.draft,
        )
        return _ref(_PullRequest.model_validate(opened.json()))


def _ref(found: _PullRequest) -> PullRequestRef:
    return PullRequestRef(ref=str(found.number), number=found.number, url=found.html_url)
