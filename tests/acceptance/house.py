"""A stand-in GitHub, a scripted model, and a server that can be killed: what acceptance tests play on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.demo.scene import REPOSITORY, Scene, scene
from bot.models.script import Script
from bot.settings import Settings, load
from bot.store.port import DeliveryState, Run, Store
from bot.wiring import store_of
from tests.services.bare import python
from tests.services.warm import warm

SECRET = "acceptance-secret"
ISSUE = 1
HERE = Path(__file__).parent


@dataclass(frozen=True)
class House:
    stage: Scene
    store: Store
    settings: Settings
    url: str
    killed: Path
    variables: Mapping[str, str]
    """What the server was started with."""

    def kills(self) -> Sequence[str]:
        return self.killed.read_text().splitlines() if self.killed.exists() else []

    async def run_of(self, issue: int = ISSUE, *, within: float = 30) -> Run:
        async with asyncio.timeout(within):
            while True:
                run = await self.store.last_run(f"{REPOSITORY}#{issue}")
                if run is not None:
                    return run
                await asyncio.sleep(0.1)

    async def rests(self, run: str, *, within: float = 240) -> Run:
        """The run once it has ended or waits for somebody."""
        async with asyncio.timeout(within):
            while True:
                found = await self.store.run(run)
                if found.status.ended or found.status == "suspended":
                    return found
                await asyncio.sleep(0.2)

    async def outcome(self, delivery: str, *, within: float = 30) -> str:
        """What was decided about a delivery, once it was."""
        async with asyncio.timeout(within):
            while (found := await self.store.delivery(delivery)).state is DeliveryState.WAITING:
                await asyncio.sleep(0.05)
        return found.outcome

    async def says(self, *command: str) -> str:
        """What `redfirst` prints to whoever runs this server."""
        program = await asyncio.create_subprocess_exec(
            *warm(), *command, env={**os.environ, **self.variables}, cwd=HERE, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await program.communicate()
        assert program.returncode == 0
        return said.decode()

    def sticky(self, issue: int = ISSUE) -> str:
        """The one comment of ours on the issue."""
        (comment,) = [
            comment
            for comment in self.stage.standin.comments(REPOSITORY, issue)
            if comment.user.login == "redfirst[bot]"
        ]
        return comment.body


@contextlib.asynccontextmanager
async def house(
    folder: Path,
    *,
    script: Script | None = None,
    kill_at: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    as_app: bool = False,
) -> AsyncGenerator[House]:
    port = _free_port()
    killed = folder / "killed"
    async with scene(script) as stage:
        variables = {
            **stage.environment(SECRET),
            **(_app_of(stage) if as_app else {}),
            "REDFIRST_PORT": str(port),
            "REDFIRST_DATA_DIR": str(folder / "data"),
            "REDFIRST_SANDBOX": "process",
            "REDFIRST_ALLOW_PROCESS_SANDBOX": "true",
            "REDFIRST_SANDBOX_PYTHON": str(python()),
            "REDFIRST_LEASE_SECONDS": "1.5",
            "REDFIRST_SWEEP_SECONDS": "0.3",
            "KILL_AT": "\n".join(kill_at),
            "KILLED": str(killed),
            **(environment or {}),
        }
        async with _program(variables, folder / "serve.log"):
            url = f"http://127.0.0.1:{port}"
            await _ready(url, folder / "serve.log")
            stage.standin.connect_hook(f"{url}/webhooks/github", SECRET)
            settings = load(data_dir=folder / "data", database_url=variables.get("REDFIRST_DATABASE_URL", ""))
            async with store_of(settings) as store:
                yield House(stage, store, settings, url, killed, variables)


def _app_of(stage: Scene) -> dict[str, str]:
    """Goes by the App's key instead of a token, and finds out for itself who it is."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    app = stage.standin.world.app
    app.public_key = public.decode()
    return {
        "REDFIRST_GITHUB_TOKEN": "",
        "REDFIRST_BOT_ID": "",
        "REDFIRST_GITHUB_APP_ID": str(app.id),
        "REDFIRST_GITHUB_PRIVATE_KEY": private.decode(),
    }


@contextlib.asynccontextmanager
async def _program(variables: Mapping[str, str], log: Path) -> AsyncGenerator[None]:
    with log.open("wb") as sink:
        program = await asyncio.create_subprocess_exec(
            *warm("tests.acceptance.killed_server:main"),
            env={**os.environ, **variables},
            cwd=HERE.parent.parent,
            stdout=sink,
            stderr=sink,
        )
    try:
        yield
    finally:
        if program.returncode is None:
            program.terminate()
        await asyncio.wait_for(program.wait(), 30)


async def _ready(url: str, log: Path, within: float = 120) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(int(within / 0.1)):
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.1)
    raise AssertionError(f"the server did not get ready: {log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
