"""What NATS will not deliver any more: it says so in a note of its own, and keeps the message for ever.

Whoever takes the note gets what it is about. Once that is written down elsewhere, both are removed.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from pydantic import BaseModel, ValidationError

from bot.bus import streams
from bot.bus.connecting import TROUBLE
from bot.bus.inhand import InHand
from bot.bus.port import Topic


class Note(BaseModel):
    """The few fields that we read."""

    stream_seq: int
    deliveries: int
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """Up, that is."""

    topic: Topic
    id: str
    times: int
    _seq: int
    _note: InHand
    _note_seq: int
    _js: JetStreamContext

    async def ack(self) -> None:
        if not self._note.can_say:
            return  # the note comes again
        # The message first: whoever finds a note without its message knows that all is done.
        await _remove(self._js, streams.STREAM, self._seq)
        await self._note.ack()
        await _remove(self._js, streams.DEAD, self._note_seq)


async def look_up(js: JetStreamContext, msg: Msg, held: InHand) -> Given | None:
    """None when there is nothing left to give up: then the note is removed, too."""
    note_seq = msg.metadata.sequence.stream
    try:
        note = Note.model_validate_json(msg.data)
        about = await js.get_msg(streams.STREAM, note.stream_seq)
        if about.time is None or about.time > note.timestamp:
            # The queue was made anew since, and this is another message with the old one's number.
            raise NotFoundError
        topic = next(topic for topic in Topic if streams.subject(topic) == about.subject)
    except (ValidationError, NotFoundError, StopIteration):
        await held.ack()
        await _remove(js, streams.DEAD, note_seq)
        return None
    return Given(topic, (about.data or b"").decode(), note.deliveries, note.stream_seq, held, note_seq, js)


async def noted(js: JetStreamContext, at_most: int) -> set[int] | None:
    """Numbers of the messages that notes are about; None when there are too many notes to read."""
    found: set[int] = set()
    seq = 1
    for _ in range(at_most):
        try:
            msg = await js.get_msg(streams.DEAD, seq, streams.NOTES, next=True)
        except NotFoundError:
            return found
        with contextlib.suppress(ValidationError):
            found.add(Note.model_validate_json(msg.data or b"").stream_seq)
        seq = (msg.seq or seq) + 1
    return None


async def _remove(js: JetStreamContext, stream: str, seq: int) -> None:
    """What cannot be removed now goes when it is too old."""
    with contextlib.suppress(*TROUBLE):
        await js.delete_msg(stream, seq)
