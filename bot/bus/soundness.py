"""What a broker's settings may cost: a sentence each, with what to do. No work is lost by any of it.

What would make work impossible is refused when the bus is opened, and what can be mended is mended then.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import AccountInfo, AccountLimits, RetentionPolicy, StorageType, StreamInfo
from pydantic import BaseModel, ValidationError

from bot.bus.connecting import TROUBLE
from bot.bus.port import BusUnavailable
from bot.bus.streams import PLACES, STREAM

OLDEST = (2, 7, 1)
"""Older ones give a message back at once, whatever pause is asked for."""

ADVISED = (2, 10, 0)
"""Older ones ignore settings that they do not know, without a word."""

LEAST_PAYLOAD = 8 * 1024
"""What is said about a stream takes more than the ids in it."""

FULL = 0.9
ASK_SECONDS = 0.5


class _Synced(BaseModel):
    sync_always: bool = False
    sync_interval: int = 0
    """In nanoseconds."""


class _JetStream(BaseModel):
    config: _Synced


class _Answer(BaseModel):
    data: _JetStream


def refuse_what_is_too_old(client: Client) -> None:
    if _version(client) < OLDEST:
        raise BusUnavailable(
            f"NATS {_dots(_version(client))} is too old, it knows no pause before it delivers again: "
            f"install {_dots(ADVISED)} or newer"
        )


async def worries(client: Client, js: JetStreamContext, storage: StorageType) -> Sequence[str]:
    found = list(_about_the_server(_version(client), client.max_payload))
    found += _about_the_stream(await js.stream_info(STREAM), storage)
    for place in PLACES:
        if (await js.consumer_info(STREAM, place.consumer)).paused:
            found.append(
                f"{place.consumer} of {STREAM} is paused, so nothing of it is delivered: "
                f"nats consumer resume {STREAM} {place.consumer}"
            )
    with contextlib.suppress(*TROUBLE):
        # Not every user may ask for it.
        async with asyncio.timeout(ASK_SECONDS):
            found += _about_the_account(await js.account_info(), storage)
    if storage is StorageType.FILE and (synced := await _synced(client)) is not None:
        found += _about_the_disk(synced)
    return found


def _about_the_server(version: tuple[int, int, int], max_payload: int) -> Iterator[str]:
    if version < ADVISED:
        yield (
            f"NATS {_dots(version)} ignores settings that it does not know, sync_interval: always among "
            "them, and may stop delivering after its files were put back, until we notice: "
            f"install {_dots(ADVISED)} or newer"
        )
    if max_payload < LEAST_PAYLOAD:
        yield (
            f"NATS takes no message above {max_payload} bytes: set max_payload to {LEAST_PAYLOAD} or more; "
            "the default is 1 MB"
        )


def _about_the_stream(stream: StreamInfo, storage: StorageType) -> Iterator[str]:
    config, state = stream.config, stream.state
    copies = config.num_replicas or 1
    if storage is StorageType.FILE and config.storage != StorageType.FILE:
        yield (
            f"{STREAM} is kept in memory: what waits is lost when NATS restarts, until the sweep says it "
            f"again; {_MADE_ANEW}"
        )
    if config.retention != RetentionPolicy.WORK_QUEUE:
        yield f"{STREAM} is not a work queue: what is done stays in it for a day; {_MADE_ANEW}"
    if stream.cluster is not None and stream.cluster.name and copies < 3:
        yield (
            f"{STREAM} has {copies} of 3 copies in the cluster {stream.cluster.name}: while a server that "
            f"has it is away, nothing can be announced; nats stream edit {STREAM} --replicas 3"
        )
    for count, limit, what in (
        (state.messages, config.max_msgs, "messages"),
        (state.bytes, config.max_bytes, "bytes"),
    ):
        if limit is not None and 0 < limit <= count / FULL:
            yield (
                f"{STREAM} holds {count} of {limit} {what}: when it is full it takes no more until work is "
                "done; start more workers"
            )


_MADE_ANEW = (
    "that cannot be changed while it is there, so stop every redfirst, "
    f"run nats stream rm {STREAM}, and start them again"
)


def _about_the_account(account: AccountInfo, storage: StorageType) -> Iterator[str]:
    parts: list[tuple[AccountLimits, int, int]] = [(account.limits, account.storage, account.memory)]
    parts += [(tier.limits, tier.storage, tier.memory) for tier in (account.tiers or {}).values()]
    for limits, on_disk, in_memory in parts:
        used, limit, name = (
            (on_disk, limits.max_storage, "max_file")
            if storage is StorageType.FILE
            else (in_memory, limits.max_memory, "max_mem")
        )
        if 0 < limit <= used / FULL:
            yield (
                f"the account at NATS has used {used} of {limit} bytes: when they are used up, nothing can "
                f"be announced; raise its {name}, or remove streams that nobody needs"
            )


def _about_the_disk(synced: _Synced) -> Iterator[str]:
    if not synced.sync_always:
        yield (
            f"a power cut at NATS loses what it took in the last {synced.sync_interval / 1e9:.0f} s, until "
            "the sweep says it again; set jetstream { sync_interval: always } there"
        )


async def _synced(client: Client) -> _Synced | None:
    """Only where the operator lets this account ask: others get no answer, and then nothing is known."""
    with contextlib.suppress(*TROUBLE, ValidationError):
        said = await client.request("$SYS.REQ.SERVER.PING.JSZ", b'{"config":true}', timeout=ASK_SECONDS)
        return _Answer.model_validate_json(said.data).data.config
    return None


def _version(client: Client) -> tuple[int, int, int]:
    version = client.connected_server_version
    return version.major, version.minor, version.patch


def _dots(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))
