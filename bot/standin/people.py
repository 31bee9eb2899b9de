"""People, as tests and the demo play them: each helper does what the REST route does, webhook included."""

from __future__ import annotations

from bot.standin.faults import Faults
from bot.standin.persons.with_checks import WithChecks
from bot.standin.persons.with_git import WithGit
from bot.standin.persons.with_issues import WithIssues
from bot.standin.persons.with_pulls import WithPulls
from bot.standin.world.hooks import Delivery, Hook


class StandIn(WithIssues, WithPulls, WithChecks, WithGit):
    """A running stand-in GitHub."""

    @property
    def faults(self) -> Faults:
        """What is to go wrong; empty unless a test, or the configuration, says so."""
        return self.site.faults

    @property
    def url(self) -> str:
        return self.world.urls.root

    @property
    def api_url(self) -> str:
        return self.world.urls.api

    def connect_hook(self, url: str, secret: str, events: tuple[str, ...] = ("*",)) -> Hook:
        """The app's own webhook. A second call moves it, with all that was sent to it before."""
        for hook in self.world.hooks:
            if hook.repository_id is None:
                hook.url, hook.secret, hook.events = url, secret, events
                return hook
        hook = Hook(self.world.next_id("hook"), url, secret, events, self.world.now())
        self.world.hooks.append(hook)
        return hook

    async def deliveries(self) -> list[Delivery]:
        """All attempts, after those still under way have ended."""
        await self.site.hooks.settled()
        return list(self.world.deliveries)

    async def redeliver(self, delivery_id: int) -> Delivery:
        return self.site.hooks.redeliver(delivery_id)
