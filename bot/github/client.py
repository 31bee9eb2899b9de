"""A githubkit client for each repository we work for, by App or by token."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from bot.settings import Settings
from workflows.errors import OperatorProblem
from workflows.trigger import Tenant

if TYPE_CHECKING:
    from githubkit import GitHub
    from githubkit.auth.base import BaseAuthStrategy

TIMEOUT = 30.0


class Clients:
    """Kept, one an installation: githubkit holds its client weakly and caches tokens inside."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context(cafile=settings.ca_bundle or None)
        self._kept: dict[int | None, GitHub[BaseAuthStrategy]] = {}

    def of(self, tenant: Tenant) -> GitHub[BaseAuthStrategy]:
        installation = tenant.installation if self._settings.github_app_id else None
        if installation not in self._kept:
            self._kept[installation] = self._make(installation)
        return self._kept[installation]

    @property
    def is_app(self) -> bool:
        return bool(self._settings.github_app_id)

    @property
    def url(self) -> str:
        return self._settings.github_api_url

    def app(self) -> GitHub[BaseAuthStrategy]:
        """Not for a repository but for ourselves: the App by its key, or the token."""
        return self._make(None)

    def _make(self, installation: int | None) -> GitHub[BaseAuthStrategy]:
        from githubkit import GitHub

        return GitHub(
            self._auth(installation),
            base_url=self._settings.github_api_url,
            timeout=TIMEOUT,
            http_cache=False,  # with the cache on, githubkit ignores the timeout
            auto_retry=False,  # it would repeat a POST after a 5xx, and so comment twice
            ssl_verify=self._tls,  # githubkit opens a client a request; reading the CAs each time is slow
        )

    def _auth(self, installation: int | None) -> BaseAuthStrategy:
        from githubkit import AppAuthStrategy, AppInstallationAuthStrategy, TokenAuthStrategy

        key = self._settings.github_private_key.get_secret_value()
        if self.is_app and installation is None:
            return AppAuthStrategy(self._settings.github_app_id, key)
        if installation is not None:
            return AppInstallationAuthStrategy(self._settings.github_app_id, key, installation)
        token = self._settings.github_token.get_secret_value()
        if not token:
            raise OperatorProblem(
                "no GitHub credentials: set REDFIRST_GITHUB_TOKEN, or REDFIRST_GITHUB_APP_ID and "
                "REDFIRST_GITHUB_PRIVATE_KEY"
            )
        return TokenAuthStrategy(token)
