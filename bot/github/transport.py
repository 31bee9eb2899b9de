"""Below githubkit, above the network: connections kept, answers bounded and remembered, reads repeated."""

from __future__ import annotations

import asyncio
import random
import ssl

import httpx

from bot.github.errors import RateLimited
from bot.github.etags import KnownAnswers
from bot.github.limits import jittered, limited

READS = frozenset({"GET", "HEAD"})
BROKEN = frozenset({500, 502, 503, 504})
PAUSES = (0.2, 0.8)
"""Before the second try and the third. Longer troubles are for the step, and for the breaker."""

ANSWER_SECONDS = 60.0
ANSWER_BYTES = 32 * 1024**2
REFUSAL_BYTES = 64 * 1024
STREAMS = (
    "application/x-gzip", "application/gzip", "application/x-tar", "application/x-compressed-tar",
    "application/octet-stream", "application/vnd.github",
)  # fmt: skip
"""Tarballs and diffs go through in pieces; who asked for one bounds it."""

API_VERSION = "2022-11-28"
"""The one that every GitHub knows, a server of one's own too; each refuses those that it does not know."""

VERBATIM = {301: 308, 302: 307}
"""GitHub wants a write repeated as it was where a repository has moved; clients make a read of it."""


class Transport(httpx.AsyncBaseTransport):
    """A write is sent once: what became of it is for its marker to say."""

    def __init__(self, tls: ssl.SSLContext, timeout: float) -> None:
        # A client and not a transport: it goes through the proxies that the environment names.
        self._wire = httpx.AsyncClient(verify=tls, timeout=timeout, follow_redirects=False)
        self._known = KnownAnswers()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["X-GitHub-Api-Version"] = API_VERSION
        self._known.ask(request)
        response = await self._sent(request)
        if _is_stream(response):
            return response
        wait = limited(response.status_code, response.headers, response.content)
        if wait is not None:
            raise RateLimited("GitHub's rate limit", wait=jittered(wait))
        if request.method not in READS:
            response.status_code = VERBATIM.get(response.status_code, response.status_code)
        return self._known.answer(request, response)

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        if request.method not in READS:
            return await self._once(request)
        for pause in PAUSES:
            try:
                response = await self._once(request)
                if response.status_code not in BROKEN or "retry-after" in response.headers:
                    return response
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                pass  # tried again, and raised by the last try
            # What stands between us and GitHub may break on an answer that is only "as before".
            request.headers.pop("If-None-Match", None)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - chance, not a secret
        return await self._once(request)

    async def _once(self, request: httpx.Request) -> httpx.Response:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                response = await self._wire.send(request, stream=True)
                return response if _is_stream(response) else await _whole(response)
        except TimeoutError as error:
            raise httpx.ReadTimeout("the answer took too long", request=request) from error

    async def aclose(self) -> None:
        """githubkit closes its client after each request; the connections are kept for the next."""

    async def close(self) -> None:
        await self._wire.aclose()


def _is_stream(response: httpx.Response) -> bool:
    kind = response.headers.get("content-type", "")
    return response.is_success and kind.startswith(STREAMS) and "json" not in kind


async def _whole(response: httpx.Response) -> httpx.Response:
    """All of it, decoded; of a refusal only what is worth reading."""
    most = ANSWER_BYTES if response.is_success else REFUSAL_BYTES
    read = bytearray()
    try:
        async for piece in response.aiter_bytes():
            read += piece
            if len(read) > most:
                if response.is_success:
                    raise httpx.ReadError(f"an answer of more than {most} bytes", request=response.request)
                break
    finally:
        await response.aclose()
    about_the_body = {"content-encoding", "content-length", "transfer-encoding"}
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in about_the_body]
    return httpx.Response(response.status_code, headers=headers, content=bytes(read[:most]))
