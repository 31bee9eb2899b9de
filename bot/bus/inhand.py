"""A message of NATS in hand."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from nats.aio.msg import Msg

from bot.bus.connecting import TROUBLE


class InHand:
    def __init__(self, msg: Msg, in_hand: set[InHand], can_say: Callable[[], bool]) -> None:
        self._msg = msg
        self._in_hand = in_hand
        self._can_say = can_say
        in_hand.add(self)

    @property
    def id(self) -> str:
        # Whatever it is: nobody knows of it then, and it is acked.
        return self._msg.data.decode(errors="replace")

    async def ack(self) -> None:
        if self._let_go():
            with contextlib.suppress(*TROUBLE):
                await self._msg.ack()

    async def again(self, after: float) -> None:
        if self._let_go():
            with contextlib.suppress(*TROUBLE):
                await self._msg.nak(delay=after or None)

    async def working(self) -> None:
        if self in self._in_hand and self._can_say():
            with contextlib.suppress(*TROUBLE):
                await self._msg.in_progress()

    def _let_go(self) -> bool:
        """True when there is something to say and a server to say it to.

        What could not be said is a message that comes again, which every receiver has to stand anyway.
        """
        held = self in self._in_hand
        self._in_hand.discard(self)
        return held and self._can_say()
