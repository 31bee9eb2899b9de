"""Answers that may be large: read in pieces, and no further than a bound."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.github.errors import GitHubAway
from workflows.errors import UserProblem

if TYPE_CHECKING:
    from githubkit import Response

SECONDS = 300.0


async def whole(answer: Response[Any], most: int, what: str) -> bytes:
    import httpx

    read = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for piece in answer.raw_response.aiter_bytes():
                read += piece
                if len(read) > most:
                    raise UserProblem(f"{what} is more than {most} bytes, and so too large to be looked at")
    except (httpx.TransportError, httpx.DecodingError, TimeoutError) as error:
        raise GitHubAway(f"{what}: GitHub's answer broke off ({type(error).__name__})") from error
    finally:
        await answer.raw_response.aclose()
    return bytes(read)
