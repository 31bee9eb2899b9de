"""Connections that wait for their clients: for a request, or for the rest of one.

Anybody can open as many as they like and say nothing. So they never stand in the way of one that speaks: of
too many, the one that has kept us waiting for the longest is let go. They are not counted by client, since
behind a proxy all come from one.
"""

from __future__ import annotations

from typing import Protocol


class Client(Protocol):
    def let_go(self) -> None: ...


class Waiting:
    def __init__(self, most: int) -> None:
        self._most = most
        self._longest_first: dict[Client, None] = {}

    def __len__(self) -> int:
        return len(self._longest_first)

    def add(self, client: Client) -> None:
        """From now on: one that waited before begins anew."""
        self.remove(client)
        self._longest_first[client] = None
        if len(self) > self._most:
            longest = next(iter(self._longest_first))
            self.remove(longest)
            longest.let_go()

    def remove(self, client: Client) -> None:
        self._longest_first.pop(client, None)
