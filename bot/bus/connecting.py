"""The first connection to NATS, which fails fast and says what to do. Later ones are tried for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Sequence
from urllib.parse import urlsplit

import nats.errors
from nats.aio.client import Client

from bot.bus.port import BusUnavailable
from bot.bus.refusals import why

# What NATS itself, or a socket under it, says when it cannot.
TROUBLE = (nats.errors.Error, OSError, TimeoutError)

OPEN_SECONDS = 5.0


async def once(
    connect: Coroutine[object, object, None], refusals: asyncio.Queue[Exception], servers: Sequence[str]
) -> None:
    """The client would try for ever. The first time each server is tried once, and one is enough."""
    connecting = asyncio.create_task(connect)
    refused = asyncio.create_task(_as_many(refusals, len(servers)))
    try:
        await asyncio.wait({connecting, refused}, timeout=OPEN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if connecting.done():
            connecting.result()
            return
        error = refused.result() if refused.done() else TimeoutError("no answer in time")
    except TROUBLE as caught:
        error = caught
    finally:
        for task in (connecting, refused):
            task.cancel()
        await asyncio.gather(connecting, refused, return_exceptions=True)
    if "uthorization" in str(error):
        raise BusUnavailable(f"NATS at {place(servers)} refused the credentials: correct its URL") from error
    raise BusUnavailable(
        f"NATS at {place(servers)} cannot be reached ({why(error)}): start it, or correct its URL"
    ) from error


def servers_of(url: str) -> list[str]:
    """One, or several of a cluster with commas between."""
    servers = [server.strip() for server in url.split(",") if server.strip()]
    try:
        fine = bool(servers) and all(urlsplit(server).port != 0 for server in servers)
    except ValueError:
        fine = False
    if not fine:
        # Without the URL itself: it may hold a password.
        raise BusUnavailable("the URL of NATS cannot be read: write it as nats://user:password@host:4222")
    return servers


async def leave(client: Client) -> None:
    # One that never began to connect has nothing to close, and its close says that this is a mistake.
    if client.servers:
        with contextlib.suppress(*TROUBLE):
            await client.close()


def still_wanted() -> None:
    """After something was asked of the client: on Python 3.11 it may answer a cancellation with a result."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def place(servers: Sequence[str]) -> str:
    """Without the password that a URL may hold."""
    return ", ".join((urlsplit(server).netloc or server).rpartition("@")[2] for server in servers)


async def _as_many(refusals: asyncio.Queue[Exception], count: int) -> Exception:
    error = await refusals.get()
    for _ in range(count - 1):
        error = await refusals.get()
    return error
