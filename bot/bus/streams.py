"""The streams and consumers that the bus needs: made where they are missing, mended where they differ."""

from __future__ import annotations

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from bot.bus.port import Topic
from bot.bus.rules import MAX_DELIVERIES

STREAM = "REDFIRST"
DEAD = "REDFIRST_DEAD"

DAY = 24 * 60 * 60.0


def subject(topic: Topic) -> str:
    return f"redfirst.{topic.value}"


async def make(js: JetStreamContext, storage: StorageType, ack_seconds: float) -> None:
    await _stream(
        js,
        StreamConfig(
            name=STREAM,
            subjects=[subject(topic) for topic in Topic],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=storage,
            # A full stream says so to who announces. The default would drop what others wait for.
            discard=DiscardPolicy.NEW,
            max_msgs=1_000_000,
            # What was given up stays in a work queue for ever. The store knows better by then.
            max_age=DAY,
        ),
    )
    await _stream(
        js,
        StreamConfig(
            name=DEAD,
            subjects=[f"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{STREAM}.*"],
            retention=RetentionPolicy.LIMITS,
            storage=storage,
            discard=DiscardPolicy.OLD,
            max_msgs=10_000,
            max_age=30 * DAY,
        ),
    )
    for topic in Topic:
        await js.add_consumer(
            STREAM,
            ConsumerConfig(
                durable_name=topic.value,
                filter_subject=subject(topic),
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ack_seconds,
                max_deliver=MAX_DELIVERIES,
            ),
        )


async def _stream(js: JetStreamContext, wanted: StreamConfig) -> None:
    """Changes only what is ours to say: replicas and placement are the operator's."""
    try:
        found = (await js.stream_info(wanted.name or "")).config
    except NotFoundError:
        await js.add_stream(wanted)
        return
    ours = {
        "subjects": wanted.subjects,
        "retention": wanted.retention,
        "discard": wanted.discard,
        "max_msgs": wanted.max_msgs,
        "max_age": wanted.max_age,
    }
    if any(getattr(found, name) != value for name, value in ours.items()):
        await js.update_stream(found.evolve(**ours))
