"""The hourly rate limit of each user."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from bot.standin.errors import GitHubError
from bot.standin.jsontypes import Json
from bot.standin.world import User, World


class RateLimits:
    def __init__(self, world: World) -> None:
        self._world = world
        self._used: Counter[int] = Counter()
        self._resets: dict[int, datetime] = {}

    def _reset(self, user: User) -> datetime:
        now = self._world.now()
        reset = self._resets.get(user.id)
        if reset is None or reset <= now:
            reset = self._resets[user.id] = now + timedelta(hours=1)
            self._used[user.id] = 0
        return reset

    def check(self, user: User) -> None:
        self._reset(user)
        if self._used[user.id] >= self._world.rate_limit:
            raise GitHubError(403, f"API rate limit exceeded for user ID {user.id}.")

    def count(self, user: User) -> None:
        self._used[user.id] += 1

    def headers(self, user: User) -> dict[str, str]:
        reset = self._reset(user)
        limit, used = self._world.rate_limit, self._used[user.id]
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - used)),
            "X-RateLimit-Used": str(used),
            "X-RateLimit-Reset": str(int(reset.timestamp())),
            "X-RateLimit-Resource": "core",
        }

    def summary(self, user: User) -> Json:
        names = {"Limit": "limit", "Remaining": "remaining", "Used": "used", "Reset": "reset"}
        headers = self.headers(user)
        return {name: int(headers[f"X-RateLimit-{title}"]) for title, name in names.items()}
