"""Who asks: an installation, by a token that is renewed when GitHub no longer takes it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from githubkit.auth.base import BaseAuthStrategy

from bot.github.tokens import Tokens
from workflows.trigger import Tenant

if TYPE_CHECKING:
    from githubkit.core import GitHubCore


class _Flow(httpx.Auth):
    def __init__(self, tokens: Tokens, tenant: Tenant) -> None:
        self._tokens = tokens
        self._tenant = tenant

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        token = await self._tokens.of(self._tenant)
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            # What is refused for who we are was not done: even a write may be sent again.
            request.headers["Authorization"] = f"Bearer {await self._tokens.of(self._tenant, refused=token)}"
            yield request


@dataclass
class AsInstallation(BaseAuthStrategy):
    """How githubkit is told by which tokens a repository's client asks."""

    tokens: Tokens
    tenant: Tenant

    def get_auth_flow(self, github: GitHubCore[Any]) -> httpx.Auth:  # noqa: ARG002 - githubkit's signature
        return _Flow(self.tokens, self.tenant)
