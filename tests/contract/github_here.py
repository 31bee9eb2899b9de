"""A stand-in GitHub with a small project, and the forge that goes there as an App or by a token."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.demo.scene import project_files
from bot.github.forge import GitHubForge
from bot.settings import Settings, load
from bot.standin.actions.pulls import NewPull
from bot.standin.checks import CheckRun
from bot.standin.config import AppSeed, IssueSeed, RepositorySeed, StandInConfig, UserSeed
from bot.standin.faults import Fault
from bot.standin.people import StandIn
from bot.standin.server import running
from bot.standin.world.reviews import Review
from bot.standin.world.talk import Comment
from policies.effects import OpenPullRequest, PushCommit
from policies.patch import FileChange, Patch
from workflows.trigger import Tenant

REPOSITORY = "maintainer/shelf"
TOKEN = "redfirst-token"
BOT = "redfirst[bot]"
BRANCH = "redfirst/1-last-page"
TENANT = Tenant(repository=REPOSITORY)


@functools.cache
def keys() -> tuple[str, str]:
    """The App's private and public key."""
    made = rsa.generate_private_key(65537, 2048)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


@dataclass
class Here:
    standin: StandIn
    settings: Settings
    forge: GitHubForge

    @property
    def me(self) -> int:
        return self.standin.world.user(BOT).id

    def comments(self, number: int = 1) -> list[Comment]:
        return self.standin.comments(REPOSITORY, number)

    def reviews(self, number: int) -> list[Review]:
        return self.standin.repository(REPOSITORY).pull(number)[1].reviews

    def checks(self) -> list[CheckRun]:
        return self.standin.repository(REPOSITORY).checks.runs

    def fault(self, *faults: Fault) -> None:
        self.standin.faults.add(*faults)

    def asked(self, method: str, path: str) -> _Counting:
        """Counts the requests from here on, and does nothing to them."""
        fault = Fault("slow", method, path, times=None, seconds=0.0)
        self.standin.faults.add(fault)
        return _Counting(self.standin, fault)

    async def commit(self, key: str = "r1/fix/commit", text: str = "PAGES = 1\n") -> PushCommit:
        head = await self.forge.head(TENANT)
        return push(head.sha, key, text)

    async def proposed(self) -> tuple[int, str]:
        """A pull request of ours with one commit: its number and that commit."""
        made = await self.forge.write(TENANT, await self.commit())
        opened = await self.forge.write(TENANT, proposal())
        return opened.number, made.sha

    async def theirs(self, *, by: str = "maintainer") -> tuple[int, str]:
        """A pull request of somebody else, which adds ten lines to a new file."""
        lines = "".join(f"LINE_{number} = {number}\n" for number in range(1, 11)).encode()
        sha = await self.standin.push(REPOSITORY, "theirs", {"shelf/more.py": lines}, "More", by=by)
        new = NewPull(title="More", head="theirs", base="main", body="Adds more", draft=False)
        return await self.standin.open_pull(REPOSITORY, new, by=by), sha


@dataclass
class _Counting:
    standin: StandIn
    fault: Fault

    def times(self) -> int:
        return next(seen for fault, seen in self.standin.faults.seen() if fault is self.fault)


@contextlib.asynccontextmanager
async def github(
    *, as_app: bool = False, enterprise: bool = False, given: Mapping[str, str] | None = None, **more: object
) -> AsyncGenerator[Here]:
    private, public = keys()
    seed = AppSeed(token=TOKEN, public_key=public)
    config = StandInConfig(
        users=(
            UserSeed("maintainer", "maintainer-token"),
            UserSeed("reader", "reader-token"),
            UserSeed("writer", "writer-token"),
        ),
        app=seed if given is None else AppSeed(token=TOKEN, public_key=public, permissions=dict(given)),
        repositories=(
            RepositorySeed(
                owner="maintainer",
                name="shelf",
                files=project_files(),
                labels=("agent:fix",),
                issues=(IssueSeed("The last page is lost", "It is.", "reader"),),
                collaborators={"reader": "read", "writer": "write"},
            ),
        ),
    )
    async with running(config) as standin:
        who: dict[str, object] = (
            {"github_app_id": "12345", "github_private_key": private}
            if as_app
            else {"github_token": TOKEN, "bot_id": standin.world.user(BOT).id}
        )
        url = standin.api_url if enterprise else standin.url
        settings = load(**{"github_api_url": url, **who, **more})
        forge = GitHubForge(settings)
        try:
            yield Here(standin, settings, forge)
        finally:
            await forge.close()


def push(base: str, key: str = "r1/fix/commit", text: str = "PAGES = 1\n", **more: object) -> PushCommit:
    return PushCommit.model_validate(
        {
            "key": key,
            "repository": REPOSITORY,
            "branch": BRANCH,
            "base_sha": base,
            "message": "Fix #1: the last page",
            "patch": Patch(changes=(FileChange(path="shelf/pages.py", content=text),)),
            **more,
        }
    )


def proposal(key: str = "r1/fix/pull-request", **more: object) -> OpenPullRequest:
    return OpenPullRequest.model_validate(
        {
            "key": key,
            "repository": REPOSITORY,
            "head": BRANCH,
            "base": "main",
            "title": "Fix #1",
            "body": "It is mended.",
            **more,
        }
    )
