"""Installation tokens: one a repository, for no more than is needed, kept until shortly before it ends.

githubkit signs as the App. Its own installation tokens are not used: it asks for as many at once as there are
requests at that moment, and does not renew one that GitHub refuses.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from bot.github.errors import Invalid, NotPermitted, understood
from bot.github.recent import Recent
from workflows.errors import Gone, OperatorProblem
from workflows.trigger import Tenant

if TYPE_CHECKING:
    from githubkit import GitHub

log = logging.getLogger("redfirst.github")

EARLY = timedelta(minutes=5)
MOST = 500

NEEDED = {
    "metadata": "read",
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
    "checks": "write",
    "statuses": "write",
}
"""Never `workflows`, `actions` or `administration`, even where the App was given them."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
LEVELS = ("read", "write", "admin")


class _Narrow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Installation(_Narrow):
    id: int
    permissions: dict[str, str] = {}


class _Made(_Narrow):
    token: str
    expires_at: datetime


@dataclass
class _Kept:
    """One for each repository; whoever finds it too old asks for the next while the others wait."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: str = ""
    until: datetime = LONG_AGO


class NotSeen(OperatorProblem):
    """Our App is not where we thought, or a repository is not called so any more."""


class _Repository(_Narrow):
    full_name: str


class Tokens:
    def __init__(self, app: GitHub[Any], bearing: Callable[[str], GitHub[Any]]) -> None:
        """`bearing` makes a client that goes by a token."""
        self._app = app
        self._bearing = bearing
        self._kept: Recent[Tenant, _Kept] = Recent(MOST)

    async def of(self, tenant: Tenant, refused: str = "") -> str:
        """A good one; not the one that GitHub has just refused, though it should be good."""
        kept = self._kept.of(tenant, _Kept)
        async with kept.asking:
            if kept.token in {"", refused} or datetime.now(UTC) >= kept.until:
                made = await self._made(tenant)
                ends = made.expires_at if made.expires_at.tzinfo else made.expires_at.replace(tzinfo=UTC)
                kept.token, kept.until = made.token, ends - EARLY
            return kept.token

    async def _made(self, tenant: Tenant) -> _Made:
        if tenant.installation is not None:
            try:
                return await self._granted(tenant, tenant.installation)
            except Gone:
                log.info("installation %d of our App is gone; looking for another", tenant.installation)
            except NotSeen:
                log.info("%s is not what installation %d sees", tenant.repository, tenant.installation)
        number = await self._installation(tenant)
        try:
            return await self._granted(tenant, number)
        except NotSeen:
            called = await self._called_now(tenant, number)
            if called.lower() == tenant.repository.lower():
                raise
            log.info("%s is called %s now", tenant.repository, called)
            return await self._granted(tenant.model_copy(update={"repository": called}), number)

    async def _called_now(self, tenant: Tenant, number: int) -> str:
        """By a token for nothing but names: GitHub makes none for one that is not used any more."""
        owner, _, name = tenant.repository.partition("/")
        with understood(f"asking what {tenant.repository} is called now"):
            made = await self._app.rest.apps.async_create_installation_access_token(
                number, permissions={"metadata": "read"}
            )
            client = self._bearing(_Made.model_validate_json(made.content).token)
            answer = await client.rest.repos.async_get(owner, name)
            return _Repository.model_validate_json(answer.content).full_name

    async def _granted(self, tenant: Tenant, number: int) -> _Made:
        try:
            return await self._ask(tenant, number, NEEDED)
        except Invalid:
            # The App was given less than we ask for, or no longer sees the repository.
            return await self._ask_for_less(tenant, number)

    async def _ask_for_less(self, tenant: Tenant, number: int) -> _Made:
        with understood("asking what our App was given"):
            answer = await self._app.rest.apps.async_get_installation(number)
            given = _Installation.model_validate_json(answer.content).permissions
        less = {name: lower for name, level in NEEDED.items() if (lower := _lower(level, given.get(name)))}
        if less != NEEDED:
            log.warning("our App was not given %s in %s", ", ".join(_missing(less)), tenant.repository)
        try:
            return await self._ask(tenant, number, less)
        except Invalid as error:
            raise _not_installed(tenant) from error

    async def _ask(self, tenant: Tenant, number: int, permissions: dict[str, str]) -> _Made:
        name = tenant.repository.partition("/")[2]
        apps: Any = self._app.rest.apps
        try:
            with understood(f"asking for a token for {tenant.repository}"):
                answer = await apps.async_create_installation_access_token(
                    number, repositories=[name], permissions=permissions
                )
                return _Made.model_validate_json(answer.content)
        except NotPermitted as error:
            # Some permissions can be done without; this is about all of them.
            raise OperatorProblem(
                f"our App may not work on {tenant.repository}: its installation is suspended"
            ) from error

    async def _installation(self, tenant: Tenant) -> int:
        """Whoever started us by hand knows a repository and no installation."""
        owner, _, name = tenant.repository.partition("/")
        try:
            with understood(f"looking for our App in {tenant.repository}"):
                answer = await self._app.rest.apps.async_get_repo_installation(owner, name)
                return _Installation.model_validate_json(answer.content).id
        except Gone as error:
            raise _not_installed(tenant) from error


def _lower(wanted: str, given: str | None) -> str | None:
    return min(wanted, given, key=LEVELS.index) if given in LEVELS else None


def _missing(less: dict[str, str]) -> list[str]:
    return [f"{name}: {level}" for name, level in NEEDED.items() if less.get(name) != level]


def _not_installed(tenant: Tenant) -> NotSeen:
    return NotSeen(f"our App does not see {tenant.repository}; install it there")
