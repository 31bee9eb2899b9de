"""The way to a Docker engine: the SDK in threads, its errors as ours, and raw streams for commands.

The SDK's own stream reads past the buffer that its HTTP client may have filled already, which loses the first
output of a command on a busy machine; it has no timeout either. So commands get a connection of their own.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from bot.breakers import Breaker, Breakers
from workflows.errors import Gone, OperatorProblem, SandboxBroken

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.tls import TLSConfig

T = TypeVar("T")

DEFAULT_HOST = "unix:///var/run/docker.sock"
HINT = "start it, or set DOCKER_HOST to one that runs (scripts/docker-engine start DIR starts a private one)"
_SDK_SECONDS = 60
_CONNECT_SECONDS = 10
_BAD_REQUEST = 400
_NO_SPACE = "no space left on device"
_UPGRADE = (
    "POST /v{api}/exec/{exec_id}/start HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n"
    "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: {length}\r\n\r\n{body}"
)


class EngineSilent(SandboxBroken):
    """The engine itself does not answer. What it answers, even that it could not, may be one sandbox's fault,
    and that is steered by strangers: it must not keep all others from their sandboxes."""


@dataclass(frozen=True)
class Endpoint:
    """Where an engine listens."""

    host: str
    tls: TLSConfig | None

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        where = urlsplit(self.host)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                if where.scheme == "unix":
                    return await asyncio.open_unix_connection(where.path)
                context = _context(self.tls) if self.tls else None
                return await asyncio.open_connection(where.hostname, where.port or 2375, ssl=context)
        except OSError as problem:
            raise EngineSilent(f"No Docker engine answers at {self.host}: {HINT}. ({problem})") from problem


class Engine:
    def __init__(self, client: DockerClient, endpoint: Endpoint, breaker: Breaker) -> None:
        self.client = client
        self.host = endpoint.host
        self._endpoint = endpoint
        self._breaker = breaker

    @classmethod
    async def open(cls, host: str = "", breakers: Breakers | None = None) -> Engine:
        """`host` as in DOCKER_HOST; empty is that variable, or the docker command's current context."""
        endpoint = await asyncio.to_thread(_endpoint, host)
        try:
            # Asked before the SDK is, which leaves its socket open when nobody answers.
            _, writer = await endpoint.connect()
            writer.close()
            await writer.wait_closed()
            breaker = (breakers or Breakers()).of(
                f"the Docker engine at {endpoint.host}", counts=EngineSilent
            )
            return cls(await asyncio.to_thread(_client, endpoint), endpoint, breaker)
        except SandboxBroken as broken:
            raise OperatorProblem(broken.sentence) from broken

    async def call(self, work: Callable[[], T]) -> T:
        """`work` with the SDK, in a thread; what the SDK raises becomes one of our errors."""
        return await self._breaker.call(lambda: asyncio.to_thread(self._translated, work))

    def _translated(self, work: Callable[[], T]) -> T:
        from docker.errors import APIError, DockerException, NotFound

        try:
            return work()
        except NotFound as missing:
            raise Gone(f"The engine does not know it: {missing.explanation}") from missing
        except APIError as refused:
            if refused.status_code == _BAD_REQUEST:
                raise OperatorProblem(f"The Docker engine refused: {refused.explanation}") from refused
            if _NO_SPACE in str(refused.explanation):
                raise OperatorProblem(
                    f"The disk of the Docker engine at {self.host} is full: make room, such as with "
                    "docker system prune."
                ) from refused
            raise SandboxBroken(f"The Docker engine refused: {refused.explanation}") from refused
        # The SDK lets the errors of its HTTP library through; those are OSErrors.
        except (DockerException, OSError) as problem:
            raise EngineSilent(f"The Docker engine at {self.host} stopped answering: {HINT}.") from problem

    @asynccontextmanager
    async def attached(
        self, exec_id: str
    ) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Starts a prepared command. Its output comes in frames; what is written is its stdin."""
        reader, writer = await self._breaker.call(self._endpoint.connect)
        try:
            body = '{"Detach":false,"Tty":false}'
            api = self.client.api.api_version
            writer.write(_UPGRADE.format(api=api, exec_id=exec_id, length=len(body), body=body).encode())
            await _expect_stream(reader)
            yield reader, writer
        finally:
            # Not a polite close, which would first send what a command left unread of its stdin.
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def close(self) -> None:
        await asyncio.to_thread(self.client.close)


def _endpoint(host: str) -> Endpoint:
    from docker.context import ContextAPI
    from docker.utils import kwargs_from_env

    settings = kwargs_from_env({**os.environ, **({"DOCKER_HOST": host} if host else {})})
    if "base_url" not in settings:
        settings = ContextAPI.kwargs_from_context(environment=os.environ)
    where = settings.get("base_url") or DEFAULT_HOST
    if urlsplit(where).scheme not in {"unix", "tcp", "http", "https"}:
        raise OperatorProblem(f"The engine at {where} cannot be used: only unix:// and tcp:// can.")
    return Endpoint(where, settings.get("tls"))


def _client(endpoint: Endpoint) -> DockerClient:
    from docker import DockerClient
    from docker.errors import DockerException

    try:
        return DockerClient(base_url=endpoint.host, tls=endpoint.tls or False, timeout=_SDK_SECONDS)
    except (DockerException, OSError) as problem:
        raise OperatorProblem(
            f"{endpoint.host} does not answer as a Docker engine does: {problem}"
        ) from problem


async def _expect_stream(reader: asyncio.StreamReader) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as problem:
        raise SandboxBroken("The Docker engine closed the connection before the command began.") from problem
    status = head.split(" ", 2)[1] if " " in head else ""
    if status not in {"101", "200"}:
        said = (await reader.read(2000)).decode("utf-8", errors="replace").strip()
        raise SandboxBroken(f"The Docker engine could not start the command: {said[-500:]}")


def _context(tls: TLSConfig) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=tls.ca_cert)
    if tls.cert:
        context.load_cert_chain(*tls.cert)
    if tls.verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
