"""A Docker engine that is gone, with the real SDK and a server on loopback in the engine's place."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from docker import DockerClient
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from bot.breakers import Breakers, Pace
from bot.listening import listen, serving
from bot.sandboxes.docker.engine import Endpoint, Engine, EngineSilent
from bot.sandboxes.docker.sandboxes import DockerSandboxes
from workflows.errors import OperatorProblem, Problem, SandboxBroken, Unreachable
from workflows.ports.sandbox import SandboxSpec


@dataclass
class Answering:
    status: int = 200
    message: str = "OCI runtime exec failed"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = JSONResponse({"Version": "20.10", "message": self.message}, self.status)
        await answer(scope, receive, send)


@contextlib.asynccontextmanager
async def engine(port: int, pace: Pace | None = None) -> AsyncGenerator[Engine]:
    host = f"tcp://127.0.0.1:{port}"
    # A version that is said beforehand is not asked for.
    client = DockerClient(base_url=host, version="1.41", timeout=5)
    breaker = Breakers(pace).of("the engine", counts=EngineSilent)
    made = Engine(client, Endpoint(host, None), breaker)
    yield made
    await made.close()


def free() -> int:
    bound = listen("127.0.0.1", 0)
    port: int = bound.getsockname()[1]
    bound.close()
    return port


async def outcome(engine: Engine) -> str:
    try:
        return str((await engine.call(engine.client.version))["Version"])
    except Problem as problem:
        return type(problem).__name__


async def attached(engine: Engine) -> str:
    try:
        async with engine.attached("x"):
            return "attached"
    except Problem as problem:
        return type(problem).__name__


async def test_an_engine_that_is_gone_is_left_alone_until_it_is_back() -> None:
    port = free()
    async with engine(port, Pace(first_rest=0.3, longest_rest=0.3)) as there:
        assert [await outcome(there) for _ in range(5)] == ["EngineSilent"] * 2 + ["Unreachable"] * 3
        async with serving(Answering(), port=port):
            assert await outcome(there) == "Unreachable"
            await asyncio.sleep(0.4)
            assert await outcome(there) == "20.10"


@pytest.mark.parametrize("way", [outcome, attached])
async def test_both_ways_to_it_are_one_engine(way: Callable[[Engine], Awaitable[str]]) -> None:
    async with engine(free()) as there:
        assert [await attached(there), await outcome(there)] == ["EngineSilent"] * 2
        with pytest.raises(Unreachable):
            await there.call(there.client.version)
        assert await way(there) == "Unreachable"


async def test_what_the_engine_says_of_one_sandbox_takes_it_from_nobody_else() -> None:
    """A hostile command can make the engine answer 500 as often as it likes."""
    answering = Answering(500)
    async with serving(answering) as url, engine(int(url.rpartition(":")[2])) as there:
        for _ in range(5):
            with pytest.raises(SandboxBroken, match="OCI runtime exec failed"):
                await there.call(there.client.version)
        answering.status = 200
        assert await outcome(there) == "20.10"


async def test_an_engine_without_space_is_the_operator_s() -> None:
    full = Answering(500, "mkdir /var/lib/docker/overlay2/x: no space left on device")
    async with serving(full) as url, engine(int(url.rpartition(":")[2])) as there:
        for _ in range(5):
            with pytest.raises(OperatorProblem, match="disk of the Docker engine"):
                await there.call(there.client.version)


async def test_a_remote_engine_that_cannot_be_reached_is_told_with_its_address() -> None:
    host = f"tcp://127.0.0.1:{free()}"
    sandboxes = DockerSandboxes("image", host=host)
    for attempt in (sandboxes.check(), sandboxes.create(SandboxSpec(run="run-1"))):
        with pytest.raises(OperatorProblem, match=f"{host}.*DOCKER_HOST"):
            await attempt
