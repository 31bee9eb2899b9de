"""What every shape needs: times, node ids, reaction counts."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.standin.jsontypes import JsonObject
from bot.standin.world.talk import Reaction

REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes")


def time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def maybe_time(moment: datetime | None) -> str | None:
    return None if moment is None else time(moment)


def node_id(kind: str, number: int | str) -> str:
    return f"{kind}_" + base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")


def reaction_counts(url: str, reactions: Sequence[Reaction]) -> JsonObject:
    counts = {content: sum(r.content == content for r in reactions) for content in REACTIONS}
    return {"url": f"{url}/reactions", "total_count": len(reactions), **counts}
