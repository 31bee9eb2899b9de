"""`redfirst deliveries` as an operator has it, after the server was down: the installed program, asking the
stand-in GitHub as the App, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo.scene import REPOSITORY, Scene, scene
from bot.models.script import Script
from bot.settings import load
from bot.standin.faults import Fault
from bot.wiring import store_of
from tests.acceptance.house import ISSUE, SECRET
from tests.bench.services import free_port
from tests.contract.github_here import keys
from tests.services.child import until_we_die
from tests.services.until import until

REDFIRST = str(Path(sys.executable).with_name("redfirst"))
ASKED = ("/agent help", "/agent status", "/agent config")
ONE = "/app/hook/deliveries/{number}"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Down:
    """A GitHub that delivers to where nobody listens yet."""

    stage: Scene
    variables: Mapping[str, str]
    folder: Path

    async def asks(self) -> Sequence[str]:
        """The guids of what GitHub could not deliver."""
        for words in ASKED:
            await self.stage.standin.comment(REPOSITORY, ISSUE, words, by="maintainer")
        sent = await self.stage.standin.deliveries()
        assert [each.status_code for each in sent] == [502] * len(ASKED)
        return [each.guid for each in sent]

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(*until_we_die("KILL"), REDFIRST, *arguments),
            env=dict(self.variables),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def redfirst(self, *arguments: str) -> Ran:
        program = await self.start("deliveries", *arguments)
        out, err = await asyncio.wait_for(program.communicate(), 60)
        assert program.returncode is not None
        return Ran(program.returncode, out.decode(), err.decode())

    async def waiting(self) -> Sequence[str]:
        async with store_of(load(data_dir=self.folder)) as store:
            return await store.waiting_deliveries()

    def answers(self) -> list[str]:
        comments = self.stage.standin.comments(REPOSITORY, ISSUE)
        return [each.body for each in comments if each.user.login == "redfirst[bot]"]

    @contextlib.asynccontextmanager
    async def up(self) -> AsyncGenerator[None]:
        server = await self.start("serve")
        reading = asyncio.create_task(server.communicate())
        try:
            yield
        finally:
            server.terminate()
            await asyncio.wait_for(reading, 30)


@contextlib.asynccontextmanager
async def down(folder: Path) -> AsyncGenerator[Down]:
    private, public = keys()
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("REDFIRST_")}
    async with scene(Script(parts=())) as stage:
        stage.standin.world.app.public_key = public
        stage.standin.connect_hook(f"http://127.0.0.1:{port}/webhooks/github", SECRET)
        variables = {
            **clean,
            **stage.environment(SECRET),
            "REDFIRST_GITHUB_TOKEN": "",
            "REDFIRST_BOT_ID": "",
            "REDFIRST_GITHUB_APP_ID": str(stage.standin.world.app.id),
            "REDFIRST_GITHUB_PRIVATE_KEY": private,
            "REDFIRST_PORT": str(port),
            "REDFIRST_DATA_DIR": str(folder),
            "REDFIRST_SANDBOX": "process",
            "REDFIRST_ALLOW_PROCESS_SANDBOX": "true",
            "REDFIRST_SWEEP_SECONDS": "0.3",
        }
        yield Down(stage, variables, folder)


async def test_what_was_sent_while_the_server_was_down_is_fetched_and_handled(tmp_path: Path) -> None:
    async with down(tmp_path) as here:
        sent = await here.asks()
        would = await here.redfirst("sync", "--dry-run", "--json")
        assert would.code == 0, would.err
        assert [row["said"] for row in would.rows()[:-1]] == ["would be fetched"] * 3
        assert await here.waiting() == []

        fetched = await here.redfirst("sync")
        assert fetched.code == 0, fetched.err
        *lines, summary = fetched.out.splitlines()
        assert [line.split()[1] for line in lines] == sent
        assert all("issue_comment.created: fetched" in line for line in lines)
        assert summary == "3 missed, 3 fetched: a worker goes on with it within 0 s"
        assert await here.waiting() == sent

        async with here.up():
            await until(lambda: len(here.answers()) == len(ASKED), 90)
            # What our own answers made GitHub send is there too before the server goes.
            await here.stage.standin.deliveries()
        helped, status, config = here.answers()
        assert "I write a test that fails" in helped
        assert "There has been no run here yet" in status
        assert "label" in config

        again = await here.redfirst("sync")
        assert (again.code, again.out) == (0, "Nothing was missed in the last 24 hours.\n")
        rows = (await here.redfirst("list", "--state", "handled", "--json")).rows()
        assert [row["id"] for row in rows] == sent[::-1]
        (shown,) = (await here.redfirst("show", sent[0], "--json")).rows()
        assert (shown["state"], shown["outcome"]) == ("handled", "answered: help")


async def test_a_sync_that_is_interrupted_keeps_what_it_had_and_goes_on_with_the_rest(tmp_path: Path) -> None:
    async with down(tmp_path) as here:
        sent = await here.asks()
        slow = Fault("slow", "GET", ONE, skip=1, seconds=2.0)
        here.stage.standin.faults.add(slow)
        program = await here.start("deliveries", "sync")
        await until(
            lambda: any(fault is slow and seen > 1 for fault, seen in here.stage.standin.faults.seen())
        )
        program.send_signal(signal.SIGINT)
        _, said = await asyncio.wait_for(program.communicate(), 30)
        assert (program.returncode, said) == (130, b"redfirst: stopped\n")
        assert await here.waiting() == sent[:1]
        *rows, summary = (await here.redfirst("sync", "--json")).rows()
        assert [row["guid"] for row in rows] == sent[1:]
        assert (summary["ok"], summary["missed"], summary["fetched"]) == (True, 2, 2)


async def test_a_limit_in_the_middle_says_what_is_kept_and_when_to_come_back(tmp_path: Path) -> None:
    async with down(tmp_path) as here:
        sent = await here.asks()
        here.stage.standin.faults.add(Fault("secondary_limit", "GET", ONE, skip=1, retry_after=40))
        limited = await here.redfirst("sync", "--json")
        assert limited.code == 1
        first, failed = limited.rows()
        assert (first["guid"], first["kept"], failed["ok"]) == (sent[0], True, False)
        assert "GitHub's rate limit; what was fetched is kept: try again in 4" in failed["error"]
        assert "Traceback" not in limited.err
