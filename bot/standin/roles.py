"""Who may do what: roles for people, permissions for the app, and the one check of both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from bot.standin.errors import GitHubError, must_be_admin, not_accessible, not_found
from bot.standin.grants import reaches

if TYPE_CHECKING:
    from bot.standin.world.people import App, User
    from bot.standin.world.repositories import Repository


class Role(IntEnum):
    """Ordered: each role may do what the ones below it may."""

    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5

    @property
    def label(self) -> str:
        return self.name.lower()

    @property
    def legacy(self) -> str:
        """The `permission` field knows only the three oldest roles."""
        return {Role.TRIAGE: "read", Role.MAINTAIN: "write"}.get(self, self.label)


@dataclass(frozen=True)
class Need:
    """What an operation asks for: a role of a person, or one of these permissions of an app."""

    role: Role
    permissions: tuple[str, ...]
    write: bool = False

    @property
    def level(self) -> str:
        return "write" if self.write else "read"

    @property
    def accepted(self) -> str:
        """As GitHub tells an app: sets of permissions, each of which would do."""
        return "; ".join(f"{name}={self.level}" for name in self.permissions)


METADATA = Need(Role.READ, ("metadata",))
CONTENTS_READ = Need(Role.READ, ("contents",))
CONTENTS_WRITE = Need(Role.WRITE, ("contents",), write=True)
DISCUSS_READ = Need(Role.READ, ("issues", "pull_requests"))
ISSUES_OPEN = Need(Role.READ, ("issues",), write=True)
LABELS_CREATE = Need(Role.WRITE, ("issues", "pull_requests"), write=True)
PULLS_READ = Need(Role.READ, ("pull_requests",))
PULLS_REVIEW = Need(Role.READ, ("pull_requests",), write=True)
PULLS_TRIAGE = Need(Role.TRIAGE, ("pull_requests",), write=True)
PULLS_OPEN = Need(Role.WRITE, ("pull_requests",), write=True)
WORKFLOWS_WRITE = Need(Role.WRITE, ("workflows",), write=True)
HOOKS_READ = Need(Role.ADMIN, ("repository_hooks",))
HOOKS_ADMIN = Need(Role.ADMIN, ("repository_hooks",), write=True)


def comment_need(is_pull: bool) -> Need:
    """GitHub lets either permission serve a pull request's conversation, and only `issues` an issue's."""
    return Need(Role.READ, ("issues", "pull_requests") if is_pull else ("issues",), write=True)


def triage_need(is_pull: bool) -> Need:
    return Need(Role.TRIAGE, comment_need(is_pull).permissions, write=True)


def role_of(repository: Repository, user: User) -> Role | None:
    if user.login == repository.owner.login:
        return Role.ADMIN
    given = repository.collaborators.get(user.login)
    if given is None and not repository.private:
        return Role.READ
    return given


def _reaches(app: App, repository: Repository, user: User) -> bool:
    """Whether this app, by this token, has anything to do with the repository."""
    covered = user.grant is None or user.grant.covers(repository)
    return repository.installed and user.login == app.login and covered


def _app_may(app: App, user: User, need: Need) -> bool:
    """By what the app has now, and by what it had when the token was made: the lesser of the two."""
    held = [app.permissions] if user.grant is None else [app.permissions, user.grant.permissions]
    return any(all(reaches(had.get(name), need.level) for had in held) for name in need.permissions)


def may(app: App, repository: Repository, user: User, need: Need) -> bool:
    if user.type == "Bot":
        if not _reaches(app, repository, user):
            return not (repository.private or need.write)
        return _app_may(app, user, need)
    role = role_of(repository, user)
    return role is not None and role >= need.role


def require(app: App, repository: Repository, user: User, need: Need) -> None:
    """Raises GitHub's own answer: what may not be seen does not exist, what may be seen is forbidden."""
    if may(app, repository, user, need):
        return
    if user.type == "Bot":
        visible = _reaches(app, repository, user) or not repository.private
        raise not_accessible("integration", need.accepted) if visible else not_found()
    if role_of(repository, user) is None:
        raise not_found()
    if need.role == Role.ADMIN:
        raise must_be_admin()
    raise not_accessible("personal access token", need.accepted)


def require_push_access_to_ask(app: App, repository: Repository, user: User) -> None:
    require(app, repository, user, METADATA)
    if user.type != "Bot" and not may(app, repository, user, CONTENTS_WRITE):
        raise GitHubError(403, "Must have push access to view collaborator permission.")
