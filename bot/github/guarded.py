"""GitHub behind breakers: one for its API, which all share, and one for each rate limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from bot.breakers import Breakers
from bot.github.errors import GitHubAway, RateLimited
from bot.github.forge import GitHubForge
from bot.settings import Settings
from handlers.left_behind import LeftBehind
from policies.effects import Done, Effect
from policies.facts import Permission
from workflows.ports.forge import FailedCheck, Head, LineRemark, PullRequest
from workflows.trigger import IssueSnapshot, Tenant

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R", bound=Done)


class GuardedForge:
    def __init__(self, settings: Settings, breakers: Breakers) -> None:
        self._forge = GitHubForge(settings)
        self._breakers = breakers
        self._is_app = bool(settings.github_app_id)
        self._api = f"GitHub at {settings.github_api_url}"

    async def head(self, tenant: Tenant) -> Head:
        return await self._guarded(self._forge.head, tenant)

    async def tip(self, tenant: Tenant, branch: str) -> str:
        return await self._guarded(self._forge.tip, tenant, branch)

    async def fork_point(self, tenant: Tenant, branch: str, sha: str) -> str:
        return await self._guarded(self._forge.fork_point, tenant, branch, sha)

    async def tarball(self, tenant: Tenant, sha: str) -> bytes:
        return await self._guarded(self._forge.tarball, tenant, sha)

    async def permission(self, tenant: Tenant, login: str) -> Permission:
        return await self._guarded(self._forge.permission, tenant, login)

    async def name_now(self, tenant: Tenant) -> str:
        return await self._guarded(self._forge.name_now, tenant)

    async def issue(self, tenant: Tenant, number: int) -> IssueSnapshot:
        return await self._guarded(self._forge.issue, tenant, number)

    async def labelled(self, tenant: Tenant, label: str) -> Sequence[int]:
        return await self._guarded(self._forge.labelled, tenant, label)

    async def left_behind(self, tenant: Tenant, number: int, label: str) -> LeftBehind:
        return await self._guarded(self._forge.left_behind, tenant, number, label)

    async def pull_request(self, tenant: Tenant, number: int) -> PullRequest:
        return await self._guarded(self._forge.pull_request, tenant, number)

    async def open_on(self, tenant: Tenant, base: str) -> Sequence[PullRequest]:
        return await self._guarded(self._forge.open_on, tenant, base)

    async def mergeable(self, tenant: Tenant, number: int) -> bool | None:
        return await self._guarded(self._forge.mergeable, tenant, number)

    async def diff(self, tenant: Tenant, number: int) -> str:
        return await self._guarded(self._forge.diff, tenant, number)

    async def remarks(self, tenant: Tenant, number: int, review: int) -> Sequence[LineRemark]:
        return await self._guarded(self._forge.remarks, tenant, number, review)

    async def failed_checks(self, tenant: Tenant, sha: str) -> Sequence[FailedCheck]:
        return await self._guarded(self._forge.failed_checks, tenant, sha)

    async def write(self, tenant: Tenant, effect: Effect[R]) -> R:
        return await self._guarded(self._forge.write, tenant, effect)

    async def close(self) -> None:
        await self._forge.close()

    async def _guarded(
        self,
        ask: Callable[Concatenate[Tenant, P], Awaitable[T]],
        tenant: Tenant,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The limit first: who may not ask shall not be the one who finds out whether GitHub is back."""
        api = self._breakers.of(self._api, counts=GitHubAway)
        whom = f"installation {tenant.installation}" if self._is_app else "our token"
        limit = self._breakers.of(self._api, counts=RateLimited, fails=f"has limited {whom}")
        return await limit.call(lambda: api.call(lambda: ask(tenant, *args, **kwargs)))
