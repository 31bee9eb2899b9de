"""Deliveries while the broker is killed twice, once with all that it held, and the server once.

Whoever delivers sends again what was not acknowledged, under the same id, as somebody at GitHub would. Each
is handled once in the end: one answer to each question, one run for each label, a reason for all others.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.demo.scene import BOT, LABEL, REPOSITORY, Scene, scene
from bot.models.script import Script
from bot.settings import load
from bot.store.port import DeliveryState, Store
from bot.wiring import store_of
from tests.acceptance.house import SECRET
from tests.bench.services import free_port
from tests.live.crashes.soak import SOAK
from tests.services.child import until_we_die
from tests.services.nats import PrivateNats
from tests.services.until import until

DELIVERIES = 10_000 if SOAK else 1_000
A_QUESTION_IN = 50
A_LABEL_IN = 250
AT_ONCE = 16
PATIENCE_SECONDS = 1_800.0 if SOAK else 180.0
REDFIRST = str(Path(sys.executable).with_name("redfirst"))


@dataclass(frozen=True)
class Letter:
    id: str
    event: str
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        signature = hmac.new(SECRET.encode(), self.body, hashlib.sha256).hexdigest()
        return {
            "content-type": "application/json",
            "x-github-event": self.event,
            "x-github-delivery": self.id,
            "x-hub-signature-256": f"sha256={signature}",
        }


@dataclass
class Server:
    variables: Mapping[str, str]
    url: str
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as sink:
            self.process = await asyncio.create_subprocess_exec(
                *(*until_we_die("KILL"), REDFIRST, "serve"),
                env={**os.environ, **self.variables},
                stdout=sink,
                stderr=sink,
            )

    async def kill(self, word: signal.Signals = signal.SIGKILL) -> None:
        assert self.process
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(word)
        await asyncio.wait_for(self.process.wait(), 30)


@dataclass
class Sender:
    url: str
    letters: Iterator[Letter]
    answered: int = 0
    again: Counter[str] = field(default_factory=Counter[str])
    """What was met instead of an acknowledgement."""

    async def send_all(self) -> None:
        async with httpx.AsyncClient(timeout=30) as client, asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._send(client))

    async def _send(self, client: httpx.AsyncClient) -> None:
        for letter in self.letters:
            while (met := await self._once(client, letter)) != "202":
                self.again[met] += 1
                await asyncio.sleep(0.1)
            self.answered += 1

    async def _once(self, client: httpx.AsyncClient, letter: Letter) -> str:
        try:
            answer = await client.post(
                f"{self.url}/webhooks/github", content=letter.body, headers=letter.headers
            )
        except httpx.TransportError as error:
            return type(error).__name__
        return str(answer.status_code)


async def test_each_delivery_is_handled_once_whatever_dies_meanwhile(
    tmp_path: Path, nats_server: PrivateNats
) -> None:
    async with scene(Script(parts=())) as stage, _served(stage, tmp_path, nats_server) as server:
        issues = [
            await stage.standin.open_issue(REPOSITORY, f"Issue {number}", "is wrong", by="reader")
            for number in range(1 + DELIVERIES // A_LABEL_IN)
        ]
        letters = list(_letters(stage, issues))
        sender = Sender(server.url, iter(letters))
        began = time.monotonic()
        sending = asyncio.create_task(sender.send_all())
        for part, strike in enumerate([_kill_broker, _kill_server, _rob_broker], 1):
            await until(lambda part=part: sender.answered > part * DELIVERIES // 4, PATIENCE_SECONDS)
            await strike(server, nats_server)
        await sending
        took = time.monotonic() - began
        async with store_of(load(data_dir=tmp_path / "data")) as store:
            await _nothing_waits(store, server)
            handled = time.monotonic() - began
            faults = [fault async for fault in _faults(store, stage, letters, issues)]
        met = ", ".join(f"{name} {times} times" for name, times in sender.again.items())
        print(f"{DELIVERIES} deliveries taken in {took:.0f} s and handled in {handled:.0f} s; met {met}")
    assert faults == []
    assert sender.again, "nobody noticed that the server died"


async def _kill_broker(_server: Server, broker: PrivateNats) -> None:
    broker.stop(signal.SIGKILL)
    await asyncio.sleep(0.5)
    broker.start()


async def _rob_broker(_server: Server, broker: PrivateNats) -> None:
    broker.stop(signal.SIGKILL)
    shutil.rmtree(broker.store)
    await asyncio.sleep(0.5)
    broker.start()


async def _kill_server(server: Server, _broker: PrivateNats) -> None:
    await server.kill()
    await server.start()


@contextlib.asynccontextmanager
async def _served(stage: Scene, folder: Path, broker: PrivateNats) -> AsyncGenerator[Server]:
    port = free_port()
    variables = {
        **stage.environment(SECRET),
        "NATS_URL": broker.url,
        "REDFIRST_PORT": str(port),
        "REDFIRST_DATA_DIR": str(folder / "data"),
        "REDFIRST_SANDBOX": "process",
        "REDFIRST_ALLOW_PROCESS_SANDBOX": "true",
        "REDFIRST_LEASE_SECONDS": "2",
        "REDFIRST_SWEEP_SECONDS": "1",
    }
    server = Server(variables, f"http://127.0.0.1:{port}", folder / "serve.log")
    await server.start()
    try:
        yield server
    finally:
        await server.kill(signal.SIGTERM)


def _letters(stage: Scene, issues: Sequence[int]) -> Iterator[Letter]:
    """The first issue is asked about, the others get a label each; nobody reads the rest."""
    labels = iter(issues[1:])
    for number in range(DELIVERIES):
        if number % A_QUESTION_IN == 1:
            asks = {"comment": {"id": 10_000 + number, "body": "/agent help"}, "action": "created"}
            yield _letter(number, "issue_comment", _about(stage, issues[0]) | asks)
        elif number % A_LABEL_IN == 2:
            put = {"label": {"name": LABEL}, "action": "labeled"}
            yield _letter(number, "issues", _about(stage, next(labels)) | put)
        else:
            yield _letter(number, "star", _about(stage, issues[0]) | {"action": "created"})


def _letter(number: int, event: str, payload: Mapping[str, object]) -> Letter:
    return Letter(f"delivery-{number}", event, json.dumps(payload).encode())


def _about(stage: Scene, issue: int) -> dict[str, object]:
    sender = stage.standin.world.user("maintainer")
    person = {"id": sender.id, "login": sender.login, "type": "User"}
    return {
        "sender": person,
        "repository": {"full_name": REPOSITORY},
        "issue": {"number": issue, "title": f"Issue {issue}", "body": "is wrong", "user": person},
    }


async def _nothing_waits(store: Store, server: Server) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await store.deliveries(1, state=DeliveryState.WAITING):
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(server.log.read_text(errors="replace")[-4_000:]) from None


async def _faults(
    store: Store, stage: Scene, letters: Sequence[Letter], issues: Sequence[int]
) -> AsyncGenerator[str]:
    labeled = 0
    for letter in letters:
        kept = await store.delivery(letter.id)
        labeled += letter.event == "issues"
        wanted = DeliveryState.IGNORED if letter.event == "star" else DeliveryState.HANDLED
        if kept.state is not wanted:
            yield f"{letter.id} ({letter.event}) is {kept.state}: {kept.outcome}"
    questions = sum(letter.event == "issue_comment" for letter in letters)
    answers = sum(comment.user.login == BOT for comment in stage.standin.comments(REPOSITORY, issues[0]))
    if answers != questions:
        yield f"{questions} questions, {answers} answers"
    runs = Counter(run.trigger.subject for run in await store.runs(limit=DELIVERIES))
    if len(runs) != labeled or set(runs.values()) != {1}:
        yield f"{labeled} labels, runs: {runs}"
    for dead in await store.dead_letters():
        yield f"put aside: {dead.item} {dead.said}"
