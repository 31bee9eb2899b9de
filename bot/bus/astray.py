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

from bot.bus import givenup
from bot.bus.streams import DEAD, PLACES, STREAM, Place

NOTES_READ = 200


class Watch:
    """Looked through now and then. What may just be on its way is believed at the second look."""

    def __init__(self) -> None:
        self._suspects: dict[Place, tuple[int, datetime]] = {}

    @property
    def suspects(self) -> bool:
        """Worth a second look soon."""
        return bool(self._suspects)

    async def astray(self, js: JetStreamContext) -> Sequence[Place]:
        # Consumers before streams: what a stream has grown by in between is then no reason for suspicion.
        seen = {place: await js.consumer_info(place.stream, place.consumer) for place in PLACES}
        streams = {name: await js.stream_info(name) for name in (STREAM, DEAD)}
        suspects: dict[Place, tuple[int, datetime]] = {}
        for name, stream in streams.items():
            here = {place: info for place, info in seen.items() if place.stream == name}
            if not _may_hold_more(stream, here.values()):
                continue
            for place, info in here.items():
                left = await _left_behind(js, place, info)
                if left is not None:
                    suspects[place] = (left, info.created)
        before, self._suspects = self._suspects, suspects
        certain = {place for place, info in seen.items() if _is_ahead(info, streams[place.stream])}
        again = {place for place, suspect in suspects.items() if before.get(place) == suspect}
        return [place for place in PLACES if place in certain | again]


def _is_ahead(consumer: ConsumerInfo, stream: StreamInfo) -> bool:
    return max(_delivered(consumer), _acked(consumer)) > stream.state.last_seq


def _may_hold_more(stream: StreamInfo, consumers: Collection[ConsumerInfo]) -> bool:
    """Than its consumers know of. Where acked messages stay, that says nothing."""
    if stream.config.name == STREAM and stream.config.retention != RetentionPolicy.WORK_QUEUE:
        return False
    known = sum((each.num_pending or 0) + (each.num_ack_pending or 0) for each in consumers)
    return stream.state.messages > known


async def _left_behind(js: JetStreamContext, place: Place, consumer: ConsumerInfo) -> int | None:
    """The first message before the place up to which all is acked, which should be gone, and is not.

    One that was given up is there too, until somebody has taken its note.
    """
    given_up = await givenup.noted(js, NOTES_READ) if place.stream == STREAM else set[int]()
    seq = 1
    while given_up is not None:
        try:
            msg = await js.get_msg(place.stream, seq, place.subject, next=True)
        except NotFoundError:
            return None
        found = msg.seq or 0
        if found > _acked(consumer):
            return None
        if found not in given_up:
            return found
        seq = found + 1
    return None


def _delivered(consumer: ConsumerInfo) -> int:
    return consumer.delivered.stream_seq if consumer.delivered else 0


def _acked(consumer: ConsumerInfo) -> int:
    return consumer.ack_floor.stream_seq if consumer.ack_floor else 0
