"""Room for bodies: what all of those may hold in memory together that are being read, or not yet kept."""

from __future__ import annotations

from types import TracebackType

ROOM = 256 * 1024**2
FREE = 64 * 1024
"""Of each body, so that large ones, which anybody can send, never keep out the small ones of every day. How
many there are at once is bounded by the connections."""


class Room:
    def __init__(self, size: int = ROOM) -> None:
        self._size = size
        self.held = 0

    def take(self, more: int) -> bool:
        if self.held + more > self._size:
            return False
        self.held += more
        return True

    def give_back(self, much: int) -> None:
        self.held -= much


class Share:
    """What one body holds of it, until it is answered."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._held = 0

    def hold(self, size: int) -> bool:
        """The body has come to this size; False when there is no room for it."""
        more = size - FREE - self._held
        if more <= 0:
            return True
        if not self._room.take(more):
            return False
        self._held += more
        return True

    def __enter__(self) -> Share:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._room.give_back(self._held)
