"""What a stand-in starts with, as data: read from JSON, so that another process can be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.standin.defaults import APP_EVENTS
from bot.standin.faults import FaultPlan
from bot.standin.roles import Role
from bot.standin.world.everything import World
from bot.standin.world.hooks import Hook
from bot.standin.world.people import App

if TYPE_CHECKING:
    from bot.standin.people import StandIn


@dataclass(frozen=True)
class UserSeed:
    login: str
    token: str | None = None


@dataclass(frozen=True)
class IssueSeed:
    title: str
    body: str = ""
    by: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class RepositorySeed:
    owner: str
    name: str
    files: dict[str, str] = field(default_factory=dict[str, str])
    directory: str | None = None
    """A folder whose files are taken besides `files`."""
    private: bool = False
    description: str | None = None
    default_branch: str = "main"
    installed: bool = True
    collaborators: dict[str, str] = field(default_factory=dict[str, str])
    labels: tuple[str, ...] = ()
    issues: tuple[IssueSeed, ...] = ()

    def content(self) -> dict[str, bytes]:
        found = {path: text.encode() for path, text in self.files.items()}
        root = Path(self.directory) if self.directory else None
        for path in sorted(root.rglob("*")) if root else ():
            inside = path.relative_to(root).as_posix() if root else ""
            if path.is_file() and not {".git", "__pycache__"} & set(inside.split("/")):
                found[inside] = path.read_bytes()
        return found


@dataclass(frozen=True)
class AppSeed:
    id: int = 12345
    slug: str = "redfirst"
    installation_id: int = 424242
    token: str | None = None
    """A fixed token of the installation, for those who do not want to sign with a key."""
    public_key: str | None = None
    client_id: str = App().client_id
    permissions: dict[str, str] = field(default_factory=lambda: dict(App().permissions))


@dataclass(frozen=True)
class HookSeed:
    url: str
    secret: str
    events: tuple[str, ...] = APP_EVENTS


@dataclass(frozen=True)
class StandInConfig:
    users: tuple[UserSeed, ...] = ()
    repositories: tuple[RepositorySeed, ...] = ()
    app: AppSeed = field(default_factory=AppSeed)
    hook: HookSeed | None = None
    rate_limit: int = 5000
    faults: FaultPlan = field(default_factory=FaultPlan)
    public_url: str | None = None
    """How others reach it, where that is not the address it listens on."""

    @staticmethod
    def from_json(raw: bytes) -> StandInConfig:
        import msgspec

        return msgspec.json.decode(raw, type=StandInConfig)

    def to_json(self) -> bytes:
        import msgspec

        return msgspec.json.encode(self)

    @staticmethod
    def demo() -> StandInConfig:
        """A small repository with a real bug, and someone who may label the issue about it."""
        return StandInConfig(
            users=(UserSeed("maintainer", "maintainer-token"), UserSeed("reader", "reader-token")),
            app=AppSeed(token="redfirst-token"),  # noqa: S106 - a token of nothing real
            repositories=(
                RepositorySeed(
                    owner="maintainer",
                    name="fizz",
                    description="Numbers, and what to say instead of them",
                    files={
                        "README.md": "# fizz\n",
                        "fizz.py": "def fizz(n):\n    return 'fizz' if n % 3 == 1 else str(n)\n",
                    },
                    labels=("agent:fix",),
                    issues=(
                        IssueSeed(
                            "fizz(3) says 3", "`fizz(3)` should be `'fizz'`, but it is `'3'`.", "reader"
                        ),
                    ),
                ),
            ),
        )

    def world(self) -> World:
        seed = self.app
        app = App(
            seed.id, seed.slug, seed.installation_id, seed.public_key, seed.client_id, dict(seed.permissions)
        )
        world = World(app=app, rate_limit=self.rate_limit)
        for user in self.users:
            world.add_user(user.login, token=user.token)
        world.add_user(app.login, token=seed.token, kind="Bot")
        return world

    async def populate(self, stand_in: StandIn) -> None:
        """Repositories first, the webhook last: nobody is told about what was there before."""
        for seed in self.repositories:
            roles = {login: Role[role.upper()] for login, role in seed.collaborators.items()}
            repo = await stand_in.add_repository(
                seed.owner,
                seed.name,
                seed.content(),
                default_branch=seed.default_branch,
                private=seed.private,
                description=seed.description,
                collaborators=roles,
            )
            for label in seed.labels:
                stand_in.create_label(repo.full_name, label, by=seed.owner)
            for issue in seed.issues:
                number = await stand_in.open_issue(
                    repo.full_name, issue.title, issue.body, by=issue.by or seed.owner
                )
                for label in issue.labels:
                    await stand_in.label(repo.full_name, number, label, by=seed.owner)
            repo.installed = seed.installed
        stand_in.site.faults.add(*self.faults.all())
        if self.hook is not None:
            world = stand_in.world
            world.hooks.append(
                Hook(world.next_id("hook"), self.hook.url, self.hook.secret, self.hook.events, world.now())
            )
