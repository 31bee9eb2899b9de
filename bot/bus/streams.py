"""The stream and the consumers that the bus needs: made where they are missing, mended where they differ."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, BadRequestError, NotFoundError, ServerError

from bot.bus.port import Topic

STREAM = "REDFIRST"

DAY = 24 * 60 * 60.0
MAX_MSGS = 1_000_000
MAX_BYTES = 256 * 1024 * 1024
"""Only where the account demands a limit in bytes: then it is set aside on the disk at once."""

_MAX_BYTES_REQUIRED = 10113


@dataclass(frozen=True, slots=True)
class Place:
    """Where receivers stand in the stream, and which of its messages are for them."""

    consumer: str
    subject: str

    def config(self, ack_seconds: float) -> ConsumerConfig:
        return ConsumerConfig(
            durable_name=self.consumer,
            filter_subject=self.subject,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ack_seconds,
            # How often a thing is tried is counted where the thing is, and not by hint.
            max_deliver=-1,
        )


def subject(topic: Topic) -> str:
    return f"redfirst.{topic.value}"


PLACES = tuple(Place(topic.value, subject(topic)) for topic in Topic)


async def make(js: JetStreamContext, storage: StorageType, ack_seconds: float, mark_seconds: float) -> None:
    await _stream(
        js,
        StreamConfig(
            name=STREAM,
            subjects=[subject(topic) for topic in Topic],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=storage,
            # A full stream says so to who announces. The default would drop what others wait for.
            discard=DiscardPolicy.NEW,
            max_msgs=MAX_MSGS,
            # The store knows better by then.
            max_age=DAY,
            duplicate_window=mark_seconds,
        ),
    )
    for place in PLACES:
        await _consumer(js, place, ack_seconds)


async def begin_anew(js: JetStreamContext, place: Place, ack_seconds: float) -> None:
    """Everything in the stream is delivered once more; what was in hand comes again, too."""
    with contextlib.suppress(NotFoundError):
        await js.delete_consumer(STREAM, place.consumer)
    await js.add_consumer(STREAM, place.config(ack_seconds))


async def _stream(js: JetStreamContext, wanted: StreamConfig) -> None:
    """Changes only what is ours to say: replicas and placement are the operator's."""
    try:
        found = (await js.stream_info(wanted.name or "")).config
    except NotFoundError:
        await _new_stream(js, wanted)
        return
    ours: dict[str, object] = {
        "subjects": wanted.subjects,
        "discard": wanted.discard,
        "max_msgs": wanted.max_msgs,
        "max_age": wanted.max_age,
        "duplicate_window": wanted.duplicate_window,
        # Without these, hints are refused, or taken without a word.
        "no_ack": False,
        "discard_new_per_subject": False,
        "max_msgs_per_subject": -1,
        "max_msg_size": -1,
    }
    if any(getattr(found, name) != value for name, value in ours.items()):
        await js.update_stream(found.evolve(**ours))


async def _new_stream(js: JetStreamContext, wanted: StreamConfig) -> None:
    try:
        await js.add_stream(wanted)
    except APIError as error:
        if error.err_code != _MAX_BYTES_REQUIRED:
            raise
        await js.add_stream(wanted.evolve(max_bytes=MAX_BYTES))


async def _consumer(js: JetStreamContext, place: Place, ack_seconds: float) -> None:
    try:
        await js.add_consumer(STREAM, place.config(ack_seconds))
    except (BadRequestError, ServerError):
        # One of another kind under our name. If that is not what is wrong, this says so.
        await begin_anew(js, place, ack_seconds)
