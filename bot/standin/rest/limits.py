"""The hourly rate limit: of each person, of each installation, and of the app itself."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from bot.standin.errors import rate_limited
from bot.standin.jsontypes import JsonObject
from bot.standin.world.everything import World
from bot.standin.world.people import User

RESOURCES = ("core", "search", "graphql", "integration_manifest", "code_search")
"""All have a limit of their own on GitHub. Here only `core` is counted."""


def spender(world: World, user: User, *, by_app: bool) -> str:
    """Whose limit a request is counted against, in the words of the refusal."""
    if by_app:
        return f"app ID {world.app.id}"
    if user.grant is not None:
        return f"installation ID {user.grant.installation_id}"
    return f"installation ID {world.app.installation_id}" if user.type == "Bot" else f"user ID {user.id}"


class RateLimits:
    def __init__(self, world: World) -> None:
        self._world = world
        self._used: Counter[str] = Counter()
        self._resets: dict[str, datetime] = {}

    def _reset(self, who: str) -> datetime:
        now = self._world.now()
        reset = self._resets.get(who)
        if reset is None or reset <= now:
            reset = self._resets[who] = now + timedelta(hours=1)
            self._used[who] = 0
        return reset

    def spend(self, who: str) -> None:
        self._reset(who)
        if self._used[who] >= self._world.rate_limit:
            raise rate_limited(who)
        self._used[who] += 1

    def give_back(self, who: str) -> None:
        """What had not changed costs nothing."""
        self._used[who] -= 1

    def headers(self, who: str) -> dict[str, str]:
        reset = self._reset(who)
        limit, used = self._world.rate_limit, self._used[who]
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - used)),
            "X-RateLimit-Used": str(used),
            "X-RateLimit-Reset": str(int(reset.timestamp())),
            "X-RateLimit-Resource": "core",
        }

    def summary(self, who: str) -> JsonObject:
        names = {"Limit": "limit", "Remaining": "remaining", "Used": "used", "Reset": "reset"}
        headers = self.headers(who)
        core = {name: int(headers[f"X-RateLimit-{title}"]) for title, name in names.items()}
        unused = {**core, "used": 0, "remaining": core["limit"]}
        rest = {name: unused for name in RESOURCES if name != "core"}
        return {"resources": {"core": core, **rest}, "rate": core}
