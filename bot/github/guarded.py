"""GitHub behind breakers: one for its API, which all share, and one for each rate limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.breakers import Breakers
from bot.github.errors import GitHubAway, RateLimited
from bot.github.forge import GitHubForge
from bot.settings import Settings
from policies.effects import (
    AddReaction,
    CommentRef,
    CommitRef,
    OpenPullRequest,
    PostComment,
    PullRequestRef,
    PushCommit,
    ReactionRef,
)
from policies.facts import Permission
from workflows.ports import Head
from workflows.trigger import Tenant

T = TypeVar("T")


class GuardedForge:
    def __init__(self, settings: Settings, breakers: Breakers) -> None:
        self._forge = GitHubForge(settings)
        self._breakers = breakers
        self._is_app = bool(settings.github_app_id)
        self._api = f"GitHub at {settings.github_api_url}"

    async def head(self, tenant: Tenant) -> Head:
        return await self._guard(tenant, lambda: self._forge.head(tenant))

    async def tarball(self, tenant: Tenant, sha: str) -> bytes:
        return await self._guard(tenant, lambda: self._forge.tarball(tenant, sha))

    async def has_branch(self, tenant: Tenant, branch: str) -> bool:
        return await self._guard(tenant, lambda: self._forge.has_branch(tenant, branch))

    async def permission(self, tenant: Tenant, login: str) -> Permission:
        return await self._guard(tenant, lambda: self._forge.permission(tenant, login))

    async def post_comment(self, tenant: Tenant, effect: PostComment) -> CommentRef:
        return await self._guard(tenant, lambda: self._forge.post_comment(tenant, effect))

    async def add_reaction(self, tenant: Tenant, effect: AddReaction) -> ReactionRef:
        return await self._guard(tenant, lambda: self._forge.add_reaction(tenant, effect))

    async def push_commit(self, tenant: Tenant, effect: PushCommit) -> CommitRef:
        return await self._guard(tenant, lambda: self._forge.push_commit(tenant, effect))

    async def open_pull_request(self, tenant: Tenant, effect: OpenPullRequest) -> PullRequestRef:
        return await self._guard(tenant, lambda: self._forge.open_pull_request(tenant, effect))

    async def close(self) -> None:
        await self._forge.close()

    async def _guard(self, tenant: Tenant, ask: Callable[[], Awaitable[T]]) -> T:
        """The limit first: who may not ask shall not be the one who finds out whether GitHub is back."""
        api = self._breakers.of(self._api, counts=GitHubAway)
        whom = f"installation {tenant.installation}" if self._is_app else "our token"
        limit = self._breakers.of(self._api, counts=RateLimited, fails=f"has limited {whom}")
        return await limit.call(lambda: api.call(ask))
