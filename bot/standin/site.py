"""The parts of a running stand-in, carried together."""

from __future__ import annotations

from dataclasses import dataclass

from bot.standin.faults import Faults
from bot.standin.git.run import Git
from bot.standin.git.store import GitStore
from bot.standin.hooks import Deliverer
from bot.standin.roles import Need, require
from bot.standin.world.everything import World
from bot.standin.world.people import User
from bot.standin.world.repositories import Repository


@dataclass(frozen=True)
class Site:
    world: World
    git: GitStore
    hooks: Deliverer
    faults: Faults

    @staticmethod
    def of(world: World, git: GitStore) -> Site:
        faults = Faults()
        return Site(world, git, Deliverer(world, faults), faults)

    def git_of(self, repository: Repository) -> Git:
        return self.git.repository(repository.id)

    def require(self, repository: Repository, user: User, need: Need) -> None:
        require(self.world.app, repository, user, need)
