"""Who asks: by a token of the operator's, or as an installation by one that is renewed when it ends."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
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


class _Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


@dataclass
class AsBearer(BaseAuthStrategy):
    """By a token of the operator's, as GitHub's documentation sends it; githubkit's way is an older one."""

    token: str

    def get_auth_flow(self, github: GitHubCore[Any]) -> httpx.Auth:  # noqa: ARG002 - githubkit's signature
        return _Bearer(self.token)


@dataclass
class AsInstallation(BaseAuthStrategy):
    """How githubkit is told by which tokens a repository's client asks."""

    tokens: Tokens
    tenant: Tenant

    def get_auth_flow(self, github: GitHubCore[Any]) -> httpx.Auth:  # noqa: ARG002 - githubkit's signature
        return _Flow(self.tokens, self.tenant)
