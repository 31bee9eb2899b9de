"""The clock in a job: night after night in fresh processes with empty stores, against the stand-in GitHub."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.scene import LABEL, REPOSITORY, Scene, scene
from bot.models.script import Script
from tests.services.bare import python
from tests.services.warm import warm

pytestmark = pytest.mark.timeout(300)


@dataclass
class Nights:
    stage: Scene
    folder: Path
    past: int = field(default=0)

    async def next(self) -> tuple[str, str]:
        """What the job's outputs and its summary say. GitHub is a day further, and the job knows nothing of
        the last one."""
        self.past += 1
        there = self.folder / f"night-{self.past}"
        there.mkdir()
        later = timedelta(days=self.past)
        self.stage.standin.world.now = lambda: datetime.now(UTC) + later
        job = {
            "GITHUB_EVENT_NAME": "schedule",
            "GITHUB_EVENT_PATH": str(there / "event.json"),
            "GITHUB_OUTPUT": str(there / "output"),
            "GITHUB_STEP_SUMMARY": str(there / "summary"),
            "GITHUB_RUN_ID": str(self.past),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_ACTOR": "reader",
            "GITHUB_ACTOR_ID": "1",
            "REDFIRST_DATA_DIR": str(there / "data"),
            "REDFIRST_SANDBOX": "process",
            "REDFIRST_SANDBOX_PYTHON": str(python()),
            "REDFIRST_ALLOW_PROCESS_SANDBOX": "true",
        }
        (there / "event.json").write_text('{"schedule": "17 4 * * 1-5"}')
        process = await asyncio.create_subprocess_exec(
            *(*warm(), "action"),
            env={**os.environ, **self.stage.environment("of no use here"), **job},
            cwd=there,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert (there / "output").exists(), said.decode()
        summary = (there / "summary").read_text()
        # The log has it too, for whoever looks there first.
        assert [line for line in said.decode().splitlines() if line.startswith("passed over")] == [
            f"passed over {line[2:]}" for line in summary.splitlines() if line.startswith("- #")
        ]
        return (there / "output").read_text().partition("\n")[0], summary

    def comments(self, issue: int) -> list[str]:
        return [comment.body for comment in self.stage.standin.comments(REPOSITORY, issue)]


async def test_what_failed_is_not_paid_for_every_night(tmp_path: Path) -> None:
    async with scene(Script(parts=())) as stage:
        standin, nights = stage.standin, Nights(stage, tmp_path)
        await standin.open_issue(REPOSITORY, "second", "It does not work.", by="reader")
        for number in (1, 2):
            await standin.label(REPOSITORY, number, LABEL, by="maintainer")

        assert (await nights.next())[0] == "conclusion=failed"
        (first,) = nights.comments(1)
        assert first.startswith("### Redfirst stopped")

        outcome, summary = await nights.next()
        assert (outcome, nights.comments(1)) == ("conclusion=failed", [first])
        assert "- #1: the last run on it stopped without a fix, and nobody has said anything new" in summary
        assert nights.comments(2)[0].startswith("### Redfirst stopped")
