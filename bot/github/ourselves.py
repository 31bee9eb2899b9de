"""Who we are to GitHub, asked for once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.github.at import Narrow, User
from bot.github.client import Clients
from bot.github.errors import NotPermitted, understood
from workflows.errors import Gone, OperatorProblem

if TYPE_CHECKING:
    from githubkit import GitHub

log = logging.getLogger("redfirst.github")


class _App(Narrow):
    name: str
    slug: str = ""


class Ourselves:
    def __init__(self, clients: Clients, bot_id: int) -> None:
        self._clients = clients
        self._id = bot_id

    async def id(self, client: GitHub[Any]) -> int:
        """Our numeric user id: as the operator set it, or as GitHub says."""
        if not self._id:
            self._id = (await self._asked(client)).id
        return self._id

    def wrote(self, user: User | None) -> None:
        """What we write is by us: better to learn that late than to take none of it for ours."""
        if user is not None and user.id != self._id:
            if self._id:
                log.warning("our user id is %d and not %d: set REDFIRST_BOT_ID", user.id, self._id)
            self._id = user.id

    async def _asked(self, client: GitHub[Any]) -> User:
        try:
            with understood("asking who we are"):
                if not self._clients.app_id:
                    answer = await client.rest.users.async_get_authenticated()
                    return User.model_validate_json(answer.content)
                bot = quote(f"{await self._slug()}[bot]")
                answer = await client.rest.users.async_get_by_username(bot)
                return User.model_validate_json(answer.content)
        except (NotPermitted, Gone) as error:
            raise OperatorProblem(
                "GitHub does not say who we are: set REDFIRST_BOT_ID to the id of the user that we write as"
            ) from error

    async def _slug(self) -> str:
        answer = await self._clients.ourselves().rest.apps.async_get_authenticated()
        app = _App.model_validate_json(answer.content)
        return app.slug or app.name.lower().replace(" ", "-")

    async def named(self) -> str:
        """For `doctor`. A token of an installation is good, but may not ask this."""
        try:
            return f"{await self._name()} at {self._clients.url}"
        except NotPermitted:
            return f"a token of an App at {self._clients.url}"

    async def _name(self) -> str:
        with understood("asking GitHub who we are"):
            if self._clients.app_id:
                return f"App {await self._slug()}"
            answer = await self._clients.ourselves().rest.users.async_get_authenticated()
            return User.model_validate_json(answer.content).login
