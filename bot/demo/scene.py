"""What the demo is played on: a stand-in GitHub with a small project, and a scripted model."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from bot.models.script import Script
from bot.models.scripted import MODEL, scripted
from bot.standin.config import AppSeed, IssueSeed, RepositorySeed, StandInConfig, UserSeed
from bot.standin.people import StandIn
from bot.standin.server import running

REPOSITORY = "maintainer/shelf"
LABEL = "agent:fix"
TOKEN = "redfirst-token"  # noqa: S105 - of the stand-in only
BOT = "redfirst[bot]"


@dataclass(frozen=True, slots=True)
class Scene:
    standin: StandIn
    model_url: str

    def environment(self, secret: str) -> dict[str, str]:
        """What `redfirst serve` needs to know of it."""
        return {
            "REDFIRST_WEBHOOK_SECRET": secret,
            "REDFIRST_GITHUB_API_URL": self.standin.api_url,
            "REDFIRST_GITHUB_TOKEN": TOKEN,
            "REDFIRST_BOT_ID": str(self.standin.world.user(BOT).id),
            "REDFIRST_MODEL": MODEL,
            "REDFIRST_MODEL_API_BASE": self.model_url,
            "REDFIRST_MODEL_API_KEY": "none",
        }


@contextlib.asynccontextmanager
async def scene(script: Script | None = None, pause: float = 0.0) -> AsyncGenerator[Scene]:
    async with (
        running(_config()) as standin,
        scripted(script or demo_script(), pause=pause) as model_url,
    ):
        yield Scene(standin, model_url)


def _config() -> StandInConfig:
    title, _, body = demo_issue().partition("\n")
    return StandInConfig(
        users=(UserSeed("maintainer", "maintainer-token"), UserSeed("reader", "reader-token")),
        app=AppSeed(token=TOKEN),
        repositories=(
            RepositorySeed(
                owner="maintainer",
                name="shelf",
                description="Splits long lists into pages",
                files=project_files(),
                labels=(LABEL,),
                issues=(IssueSeed(title, body.strip(), "reader"),),
                collaborators={"reader": "read"},
            ),
        ),
    )


def demo_issue() -> str:
    return resources.files("bot.demo").joinpath("issue.md").read_text()


def demo_script() -> Script:
    return Script.model_validate_json(resources.files("bot.demo").joinpath("script.json").read_bytes())


def project_files() -> dict[str, str]:
    return _files(resources.files("bot.demo").joinpath("project"))


def _files(folder: Traversable, below: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for item in folder.iterdir():
        if item.name == "__pycache__":
            continue
        if item.is_dir():
            found |= _files(item, f"{below}{item.name}/")
        else:
            found[f"{below}{item.name}"] = item.read_text()
    return found
