"""What every helper needs: who, and on which repository."""

from __future__ import annotations

from bot.standin.site import Site
from bot.standin.world.everything import World
from bot.standin.world.people import User
from bot.standin.world.repositories import Issue, Pull, Repository


class Acting:
    """Repositories are named `owner/name`, users by their login."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @property
    def world(self) -> World:
        return self.site.world

    def repository(self, full_name: str) -> Repository:
        owner, _, name = full_name.partition("/")
        return self.world.repository(owner, name)

    def issue(self, repo: str, number: int) -> Issue:
        return self.repository(repo).issue(number)

    def _of(self, full_name: str, by: str) -> tuple[Site, Repository, User]:
        return self.site, self.repository(full_name), self.world.user(by)

    def _issue(self, repo: str, number: int, by: str) -> tuple[Site, Repository, Issue, User]:
        return self.site, self.repository(repo), self.issue(repo, number), self.world.user(by)

    def _pull(self, repo: str, number: int, by: str) -> tuple[Site, Repository, Issue, Pull, User]:
        site, repository, user = self._of(repo, by)
        return site, repository, *repository.pull(number), user
