"""A githubkit client for each repository we work for, by App or by token."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from bot.github.recent import Recent
from bot.release import release
from bot.settings import Settings
from workflows.errors import OperatorProblem
from workflows.trigger import Tenant

if TYPE_CHECKING:
    from githubkit import GitHub
    from githubkit.auth.base import BaseAuthStrategy

    from bot.github.tokens import Tokens
    from bot.github.transport import Transport

TIMEOUT = 30.0
AGENT = "redfirst/"
"""GitHub wants to know who asks, and refuses those who do not say."""

MOST = 500


class Clients:
    """Kept here: githubkit holds its clients weakly. All share one transport, and so its connections."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wire: Transport | None = None
        self._tokens: Tokens | None = None
        self._kept: Recent[Tenant, GitHub[Any]] = Recent(MOST)
        self._ourselves: GitHub[Any] | None = None

    @property
    def app_id(self) -> str:
        """Empty where we go by a token."""
        return self._settings.github_app_id

    @property
    def url(self) -> str:
        return self._settings.github_api_url

    def of(self, tenant: Tenant) -> GitHub[Any]:
        if not self.app_id:
            return self.ourselves()
        return self._kept.of(tenant, lambda: self._make(self._as_installation(tenant)))

    def ourselves(self) -> GitHub[Any]:
        """Not for a repository: the App by its key, or the token."""
        if self._ourselves is None:
            self._ourselves = self._make(self._as_app() if self.app_id else self._by_token())
        return self._ourselves

    def _as_app(self) -> BaseAuthStrategy:
        from githubkit import AppAuthStrategy

        return AppAuthStrategy(self.app_id, self._settings.github_private_key.get_secret_value())

    def _as_installation(self, tenant: Tenant) -> BaseAuthStrategy:
        from bot.github.auth import AsBearer, AsInstallation
        from bot.github.tokens import Tokens

        if self._tokens is None:
            self._tokens = Tokens(self.ourselves(), lambda token: self._make(AsBearer(token)))
        return AsInstallation(self._tokens, tenant)

    def _by_token(self) -> BaseAuthStrategy:
        from bot.github.auth import AsBearer

        token = self._settings.github_token.get_secret_value()
        if not token:
            raise OperatorProblem(
                "no GitHub credentials: set REDFIRST_GITHUB_TOKEN, or REDFIRST_GITHUB_APP_ID and "
                "REDFIRST_GITHUB_PRIVATE_KEY"
            )
        return AsBearer(token)

    def _make(self, auth: BaseAuthStrategy) -> GitHub[Any]:
        from githubkit import GitHub
        from githubkit.cache import MemCacheStrategy

        return GitHub(
            auth,
            base_url=self.url,
            user_agent=f"{AGENT}{release()}",
            timeout=TIMEOUT,
            async_transport=self._transport(),
            cache_strategy=MemCacheStrategy(),  # githubkit's own is one for the whole process
            http_cache=False,  # with its cache on, githubkit ignores the timeout
            auto_retry=False,  # it would repeat a POST after a 5xx, and so comment twice
        )

    def _transport(self) -> Transport:
        if self._wire is None:
            from bot.github.transport import Transport

            tls = ssl.create_default_context(cafile=self._settings.ca_bundle or None)
            self._wire = Transport(tls, TIMEOUT)
        return self._wire

    async def close(self) -> None:
        if self._wire is not None:
            await self._wire.close()
            self._wire = None
            self._tokens = self._ourselves = None
            self._kept = Recent(MOST)
