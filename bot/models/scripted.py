"""The scripted model: an HTTP server with the shape of OpenAI's chat completions, which follows a script.

It stands where a real model would, on the other side of litellm and of HTTP, so that the demo and the tests
take the same way through the program as work with a real model does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from bot.listening import serving
from bot.models.script import Line, Script

if TYPE_CHECKING:
    from starlette.types import ASGIApp

MODEL = "openai/scripted"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    role: str
    content: str | None = None


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str
    messages: list[_Said]


@contextlib.asynccontextmanager
async def scripted(script: Script, *, port: int = 0, pause: float = 0.0) -> AsyncGenerator[str]:
    """Serves the script on loopback; yields the address to give as `REDFIRST_MODEL_API_BASE`."""
    async with serving(application(script, pause=pause), port=port) as url:
        yield f"{url}/v1"


def application(script: Script, *, pause: float = 0.0) -> ASGIApp:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def complete(request: Request) -> JSONResponse:
        asked = _Request.model_validate_json(await request.body())
        line = _line(script, asked)
        if line is None:
            return JSONResponse({"error": {"message": "the script has no part for this"}}, status_code=400)
        await asyncio.sleep(pause)
        return JSONResponse(_answer(line, asked))

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])


def _line(script: Script, asked: _Request) -> Line | None:
    system = next((said.content or "" for said in asked.messages if said.role == "system"), "")
    task = next((said.content or "" for said in asked.messages if said.role == "user"), "")
    return script.line(system, task, sum(said.role == "assistant" for said in asked.messages))


def _answer(line: Line, asked: _Request) -> dict[str, Any]:
    turn = len(asked.messages)
    calls = [
        {
            "id": f"call_{turn}_{place}",
            "type": "function",
            "function": {"name": call.tool, "arguments": json.dumps(call.arguments)},
        }
        for place, call in enumerate(line.calls)
    ]
    message = {"role": "assistant", "content": line.text or None} | ({"tool_calls": calls} if calls else {})
    # A rough count: enough for budgets to have something to count.
    tokens_in = sum(len(said.content or "") for said in asked.messages) // 4
    tokens_out = len(line.model_dump_json()) // 4
    return {
        "id": f"scripted-{turn}",
        "object": "chat.completion",
        "created": 1,
        "model": asked.model,
        "choices": [{"index": 0, "finish_reason": "tool_calls" if calls else "stop", "message": message}],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }
