"""A model through litellm, over real HTTP to a server on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.breakers import Breakers
from bot.listening import serving
from bot.models.routes import Models
from bot.models.script import Call, Script, part, say
from bot.models.scripted import MODEL, scripted
from bot.settings import load
from workflows.errors import OperatorProblem, Passing
from workflows.ports.model import Message, ToolCall, ToolSpec

# litellm keeps its HTTP clients by event loop, so one loop for all is what it is used with.
pytestmark = pytest.mark.asyncio(loop_scope="module")

TOOL = ToolSpec(
    name="read_file",
    description="Read a file.",
    parameters={"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
)
ASK = [Message(role="system", content="You are the planner of it."), Message(role="user", content="Go")]


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def quiet() -> AsyncGenerator[None]:
    """litellm's clients are never closed by it; they go with the loop."""
    yield
    import litellm

    await litellm.close_litellm_async_clients()  # pyright: ignore[reportPrivateImportUsage]


def _model(url: str, timeout: float = 10) -> Models:
    settings = load(model=MODEL, model_api_base=url, model_api_key="sk-test-key", model_timeout=timeout)
    return Models(settings, Breakers())


async def test_text_calls_and_usage_come_back() -> None:
    script = Script(
        parts=(part("planner", [say("Let me look.", Call(tool="read_file", arguments={"path": "a.py"}))]),)
    )
    async with scripted(script) as url:
        turn = await _model(url).complete("plan", ASK, [TOOL])
    assert turn.text == "Let me look."
    (call,) = turn.tool_calls
    assert call.name == "read_file"
    assert json.loads(call.arguments) == {"path": "a.py"}
    assert turn.usage.tokens_in > 0
    assert turn.usage.tokens_out > 0


async def test_a_whole_conversation_with_tool_results_is_sent() -> None:
    script = Script(parts=(part("planner", [say("one"), say("two")]),))
    talk = [
        *ASK,
        Message(role="assistant", tool_calls=(ToolCall(id="c1", name="read_file", arguments="{}"),)),
        Message(role="tool", content="text", tool_call_id="c1"),
    ]
    async with scripted(script) as url:
        assert (await _model(url).complete("plan", talk, [TOOL])).text == "two"


async def _answering(answer: Callable[[Request], Awaitable[Response]]) -> tuple[Starlette, list[Request]]:
    seen: list[Request] = []

    async def complete(request: Request) -> Response:
        seen.append(request)
        return await answer(request)

    return Starlette(routes=[Route("/chat/completions", complete, methods=["POST"])]), seen


@pytest.mark.parametrize(
    ("status", "problem", "words"),
    [
        (401, OperatorProblem, "does not accept our key"),
        (402, OperatorProblem, "wants to be paid"),
        (403, OperatorProblem, "does not accept our key"),
        (400, OperatorProblem, "refused the request"),
        (404, OperatorProblem, "refused the request"),
        (413, OperatorProblem, "refused the request"),
        (408, Passing, "did not answer"),
        (429, Passing, "did not answer"),
        (500, Passing, "did not answer"),
        (503, Passing, "did not answer"),
        (529, Passing, "did not answer"),
    ],
)
async def test_a_failure_says_whose_move_it_is_and_is_asked_once(
    status: int, problem: type[Exception], words: str
) -> None:
    async def answer(_: Request) -> Response:
        return JSONResponse({"error": {"message": "no"}}, status_code=status)

    app, seen = await _answering(answer)
    async with serving(app) as url:
        with pytest.raises(problem, match=words) as raised:
            await _model(url).complete("plan", ASK, [])
    assert len(seen) == 1
    assert "sk-test-key" not in str(raised.value)


async def test_a_refusal_that_litellm_keeps_to_itself_is_the_operators_move() -> None:
    async def answer(_: Request) -> Response:
        return JSONResponse({"error": {"message": "no"}}, status_code=422)

    app, _ = await _answering(answer)
    async with serving(app) as url:
        with pytest.raises(OperatorProblem, match="refused the request"):
            await _model(url).complete("plan", ASK, [])


async def test_silence_is_a_passing_failure() -> None:
    async def answer(_: Request) -> Response:
        await asyncio.sleep(5)
        return Response()

    app, _ = await _answering(answer)
    async with serving(app) as url:
        with pytest.raises(Passing, match="did not answer"):
            await _model(url, timeout=0.3).complete("plan", ASK, [])


async def test_arguments_that_are_no_json_can_be_sent_back() -> None:
    async def answer(_: Request) -> Response:
        function = {"name": "read_file", "arguments": "{path:"}
        call = {"id": "c", "type": "function", "function": function}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        return JSONResponse(
            {
                "id": "x",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }
        )

    app, _ = await _answering(answer)
    async with serving(app) as url:
        turn = await _model(url).complete("plan", ASK, [TOOL])
    assert json.loads(turn.tool_calls[0].arguments) == {"unreadable": "{path:"}


async def test_without_a_model_nothing_is_asked() -> None:
    with pytest.raises(OperatorProblem, match="REDFIRST_MODEL"):
        await Models(load(), Breakers()).complete("plan", ASK, [])
