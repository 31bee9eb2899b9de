"""A model that does not answer: over real HTTP, to a server on loopback that fails, hangs and comes back."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.breakers import Breakers, Pace
from bot.listening import serving
from bot.models.keys import need_models
from bot.models.routes import Models
from bot.models.script import Script, part, say
from bot.models.scripted import application
from bot.settings import load
from workflows.errors import OperatorProblem, Passing, Problem, Unreachable
from workflows.ports.model import Message, Turn

# litellm keeps its HTTP clients by event loop, so one loop for all is what it is used with.
pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST, SECOND = "openai/first", "openai/second"
ASK = [Message(role="system", content="You are the planner of it."), Message(role="user", content="Go")]
SCRIPT = Script(parts=(part("planner", [say("here")]),))
HANGS = -1


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def quiet() -> AsyncGenerator[None]:
    """litellm's clients are never closed by it; they go with the loop."""
    yield
    import litellm

    await litellm.close_litellm_async_clients()  # pyright: ignore[reportPrivateImportUsage]


@dataclass
class Weather:
    """The scripted model, behind what can go wrong on the way to each model's name."""

    behind: ASGIApp
    status: dict[str, int] = field(default_factory=dict[str, int])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    message: str = "no"
    asked: list[str] = field(default_factory=list[str])
    keys: list[str] = field(default_factory=list[str])
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        model = (await request.json())["model"]
        self.asked.append(model)
        self.keys.append(request.headers.get("authorization", ""))
        status = self.status.get(model, 0)
        if status == 0:
            await self.behind(scope, _again(await request.body()), send)
        elif status == HANGS:
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            answer: Response = JSONResponse({"error": {"message": self.message}}, status, self.headers)
            await answer(scope, receive, send)


def _again(body: bytes) -> Receive:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


@contextlib.asynccontextmanager
async def weather(
    *, fallback: str = "", pace: Pace | None = None, timeout: float = 10
) -> AsyncGenerator[tuple[Weather, Models]]:
    made = Weather(application(SCRIPT))
    async with serving(made) as url:
        made.url = f"{url}/v1"
        settings = load(
            model=FIRST,
            model_fallback=fallback,
            model_api_base=f"{url}/v1",
            model_api_key="sk-test-key",
            model_timeout=timeout,
        )
        yield made, Models(settings, Breakers(pace), first_wait=0.01)


async def think(models: Models) -> Turn:
    return await models.complete("plan", ASK, [])


async def outcome(models: Models) -> str:
    try:
        return (await think(models)).text
    except Problem as problem:
        return type(problem).__name__


async def test_a_model_that_fails_again_and_again_is_left_alone_until_it_is_back() -> None:
    async with weather(pace=Pace(first_rest=0.3, longest_rest=0.3)) as (sky, models):
        sky.status["first"] = 503
        assert [await outcome(models) for _ in range(6)] == ["Passing"] * 2 + ["Unreachable"] * 4
        assert len(sky.asked) == 3
        del sky.status["first"]
        await asyncio.sleep(0.4)
        assert await outcome(models) == "here"


async def test_a_model_that_hangs_is_left_alone_too() -> None:
    async with weather(timeout=0.3) as (sky, models):
        sky.status["first"] = HANGS
        assert [await outcome(models) for _ in range(5)] == ["Passing"] * 2 + ["Unreachable"] * 3
        assert len(sky.asked) == 3


async def test_a_server_that_is_gone_is_left_alone_and_comes_back() -> None:
    async with weather(pace=Pace(first_rest=0.05, longest_rest=0.05)) as (_, there):
        nowhere = load(model=FIRST, model_api_base="http://127.0.0.1:9/v1", model_api_key="k")
        gone = Models(nowhere, Breakers())
        assert [await outcome(gone) for _ in range(4)] == ["Passing"] * 2 + ["Unreachable"] * 2
        assert await outcome(there) == "here"


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_a_wrong_key_or_name_never_opens_the_breaker(status: int) -> None:
    async with weather() as (sky, models):
        sky.status["first"] = status
        assert [await outcome(models) for _ in range(5)] == ["OperatorProblem"] * 5
        assert len(sky.asked) == 5


async def test_one_models_breaker_is_not_anothers() -> None:
    async with weather() as (sky, _):
        shared = Breakers()
        first, second = (
            Models(load(model=model, model_api_base=sky.url, model_api_key="k"), shared)
            for model in (FIRST, SECOND)
        )
        sky.status["first"] = 503
        assert [await outcome(first) for _ in range(4)] == ["Passing"] * 2 + ["Unreachable"] * 2
        assert await outcome(second) == "here"


async def test_a_long_retry_after_makes_the_run_come_back_then() -> None:
    async with weather() as (sky, models):
        sky.status["first"], sky.headers = 429, {"retry-after": "42"}
        with pytest.raises(Unreachable, match="is asked again at") as raised:
            await think(models)
        assert 40 < raised.value.until.timestamp() - time.time() <= 42
        assert await outcome(models) == "Unreachable"
        assert sky.asked == ["first"]


async def test_a_short_retry_after_is_said_to_the_step() -> None:
    async with weather() as (sky, models):
        sky.status["first"], sky.headers = 429, {"retry-after": "3"}
        with pytest.raises(Passing) as raised:
            await think(models)
        assert raised.value.wait == 3


async def test_a_used_up_quota_is_the_operators_move_and_not_a_rate_limit() -> None:
    async with weather() as (sky, models):
        sky.status["first"], sky.message = 429, "insufficient_quota: check your plan"
        with pytest.raises(OperatorProblem, match="wants to be paid"):
            await think(models)


async def test_a_fallback_stands_in_when_the_first_keeps_failing() -> None:
    async with weather(fallback=SECOND) as (sky, models):
        sky.status["first"] = 500
        turn = await think(models)
        assert (turn.text, turn.model) == ("here", "second")
        assert sky.asked == ["first", "first", "second"]


async def test_a_fallback_answers_at_once_while_the_first_is_left_alone() -> None:
    async with weather(fallback=SECOND) as (sky, models):
        sky.status["first"] = 500
        for _ in range(2):
            await think(models)
        sky.asked.clear()
        assert (await think(models)).model == "second"
        assert sky.asked == ["second"]


async def test_the_first_answers_again_when_it_is_back() -> None:
    async with weather(fallback=SECOND, pace=Pace(first_rest=0.2, longest_rest=0.2)) as (sky, models):
        sky.status["first"] = 500
        for _ in range(2):
            await think(models)
        del sky.status["first"]
        await asyncio.sleep(0.3)
        assert (await think(models)).model == "first"


async def test_a_single_failure_needs_no_fallback() -> None:
    async with weather(fallback=SECOND) as (sky, models):
        sky.status["first"] = 500
        thinking = asyncio.create_task(think(models))
        while not sky.asked:
            await asyncio.sleep(0.001)
        del sky.status["first"]
        assert (await thinking).model == "first"


async def test_a_wrong_key_is_not_hidden_by_a_fallback() -> None:
    async with weather(fallback=SECOND) as (sky, models):
        sky.status["first"] = 401
        assert await outcome(models) == "OperatorProblem"
        assert sky.asked == ["first"]


async def test_a_run_waits_only_when_neither_is_worth_another_try() -> None:
    async with weather(fallback=SECOND) as (sky, models):
        sky.status |= {"first": 500, "second": 500}
        assert [await outcome(models) for _ in range(4)] == ["Passing"] * 2 + ["Unreachable"] * 2
        assert (sky.asked.count("first"), sky.asked.count("second")) == (3, 3)


async def test_a_fallback_that_is_set_up_wrongly_fails_no_run() -> None:
    async with weather(fallback=SECOND) as (sky, models):
        sky.status |= {"first": 500, "second": 401}
        assert [await outcome(models) for _ in range(2)] == ["Passing", "Unreachable"]
        with pytest.raises(Unreachable, match=r"instead of it: .* does not accept our key"):
            await think(models)


async def test_no_key_goes_to_another_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Weather(application(SCRIPT))
    async with serving(made) as url:
        monkeypatch.setenv("DEEPSEEK_API_BASE", f"{url}/v1")
        monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-theirs")
        settings = load(
            model=FIRST,
            model_fallback="deepseek/second",
            model_api_base=f"{url}/v1",
            model_api_key="sk-ours",
        )
        made.status["first"] = 500
        turn = await Models(settings, Breakers(), first_wait=0.01).complete("plan", ASK, [])
    assert turn.model.endswith("second")
    assert made.keys == ["Bearer sk-ours", "Bearer sk-ours", "Bearer sk-theirs"]


async def test_a_fallback_needs_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    settings = load(model=FIRST, model_api_key="sk-ours", model_fallback="anthropic/claude")
    with pytest.raises(OperatorProblem, match=r"anthropic/claude needs a key: set ANTHROPIC_API_KEY$"):
        need_models(settings)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-theirs")
    assert need_models(settings)["fix"] == (FIRST, "anthropic/claude")


async def test_a_fallback_to_itself_is_none() -> None:
    assert load(model=FIRST, model_fallback=FIRST).models_for("plan") == (FIRST,)
