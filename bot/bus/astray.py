"""Finds receivers' places that no longer fit their stream, after the broker's files were lost or put back.

NATS remembers how far a consumer came apart from the messages themselves. When the messages are older than
that memory (a backup put back, a disk that lost what was not yet written), the consumer is ahead of them. Old
servers then deliver nothing until as many new messages have come; newer ones go on with new messages, and
what was in the restored queue lies there for ever. Both are silent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, RetentionPolicy, StreamInfo
from nats.js.errors import NotFoundError

from bot.bus.streams import PLACES, STREAM, Place


class Watch:
    """Looked through now and then. What may just be on its way is believed at the second look."""

    def __init__(self) -> None:
        self._suspects: dict[Place, tuple[int, datetime]] = {}

    @property
    def suspects(self) -> bool:
        """Worth a second look soon."""
        return bool(self._suspects)

    async def astray(self, js: JetStreamContext) -> Sequence[Place]:
        # Consumers before the stream: what it has grown by in between is then no reason for suspicion.
        seen = {place: await js.consumer_info(STREAM, place.consumer) for place in PLACES}
        stream = await js.stream_info(STREAM)
        suspects: dict[Place, tuple[int, datetime]] = {}
        if _may_hold_more(stream, seen.values()):
            for place, info in seen.items():
                left = await _left_behind(js, place, info)
                if left is not None:
                    suspects[place] = (left, info.created)
        before, self._suspects = self._suspects, suspects
        certain = {place for place, info in seen.items() if _is_ahead(info, stream)}
        again = {place for place, suspect in suspects.items() if before.get(place) == suspect}
        return [place for place in PLACES if place in certain | again]


def _is_ahead(consumer: ConsumerInfo, stream: StreamInfo) -> bool:
    return max(_delivered(consumer), _acked(consumer)) > stream.state.last_seq


def _may_hold_more(stream: StreamInfo, consumers: Collection[ConsumerInfo]) -> bool:
    """Than its consumers know of. Where acked messages stay, that says nothing."""
    if stream.config.retention != RetentionPolicy.WORK_QUEUE:
        return False
    known = sum((each.num_pending or 0) + (each.num_ack_pending or 0) for each in consumers)
    return stream.state.messages > known


async def _left_behind(js: JetStreamContext, place: Place, consumer: ConsumerInfo) -> int | None:
    """The first message before the place up to which all is acked, which should be gone, and is not."""
    try:
        found = (await js.get_msg(STREAM, 1, place.subject, next=True)).seq or 0
    except NotFoundError:
        return None
    return found if found <= _acked(consumer) else None


def _delivered(consumer: ConsumerInfo) -> int:
    return consumer.delivered.stream_seq if consumer.delivered else 0


def _acked(consumer: ConsumerInfo) -> int:
    return consumer.ack_floor.stream_seq if consumer.ack_floor else 0
