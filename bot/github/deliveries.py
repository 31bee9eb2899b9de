"""What GitHub sent us, or tried to, as the App can ask for it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.github.client import Clients
from bot.github.errors import understood
from bot.settings import Settings
from bot.store.port import NewDelivery
from workflows.errors import Gone, OperatorProblem

PAGE = 100

# As the webhook has them.
DELIVERY = r"^[A-Za-z0-9-]{1,64}$"
EVENT = r"^[a-z0-9_]{1,64}$"


class Sent(BaseModel):
    """One attempt; those of the same event have the same guid."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int
    guid: str = Field(pattern=DELIVERY)
    delivered_at: AwareDatetime
    event: str = Field(pattern=EVENT)
    action: str | None = None


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore")

    payload: dict[str, object] | None = None


class _Whole(BaseModel):
    model_config = ConfigDict(extra="ignore")

    request: _Request


_LIST = TypeAdapter(list[Sent])


class AppDeliveries:
    def __init__(self, settings: Settings) -> None:
        if not settings.github_app_id or not settings.github_private_key.get_secret_value():
            raise OperatorProblem(
                "only an App can ask for its deliveries: set REDFIRST_GITHUB_APP_ID and "
                "REDFIRST_GITHUB_PRIVATE_KEY, or redeliver by hand in the webhook's settings on GitHub"
            )
        self._clients = Clients(settings)

    async def since(self, when: datetime) -> AsyncGenerator[Sent]:
        """Newest first, as far back as GitHub keeps them."""
        cursor: dict[str, Any] = {}
        while True:
            with understood("asking for our deliveries"):
                answer = await self._clients.ourselves().rest.apps.async_list_webhook_deliveries(
                    per_page=PAGE, **cursor
                )
                page = _LIST.validate_json(answer.content)
            for sent in page:
                if sent.delivered_at < when:
                    return
                yield sent
            following = answer.raw_response.links.get("next", {}).get("url", "")
            at = parse_qs(urlsplit(following).query).get("cursor")
            if not at:
                return
            cursor = {"cursor": at[0]}

    async def fetch(self, sent: Sent) -> NewDelivery | None:
        """As it would have arrived; None where GitHub gives no payload of it that can be read. It came over
        the App's own connection, so there is no signature to check."""
        try:
            with understood(f"fetching delivery {sent.guid}"):
                answer = await self._clients.ourselves().rest.apps.async_get_webhook_delivery(sent.id)
            payload = _Whole.model_validate_json(answer.content).request.payload
        except (Gone, ValidationError):
            # One that is odd shall not stand before all that came after it.
            return None
        if payload is None:
            return None
        raw = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        return NewDelivery(id=sent.guid, event=sent.event, payload=raw)

    async def close(self) -> None:
        await self._clients.close()
