"""The part of a stream that stands between two words. All else on it is nobody's, and is dropped. Pure."""

from __future__ import annotations

from workflows.printed import Collector

_LONGEST_CODE = 16


class Between:
    def __init__(self, begin: bytes, end: bytes, into: Collector) -> None:
        self._begin = begin
        self._end = end
        self._into = into
        self._held = bytearray()
        """From one chunk to the next, what may be the first part of a word."""
        self.begun = False
        self.ended = False
        self.code: int | None = None
        """What stands after the last word, up to the end of its line."""

    def feed(self, chunk: bytes) -> None:
        self._held += chunk
        if not self.begun and not self.ended:
            self._look_for_begin()
        if not self.ended:
            self._look_for_end()
        if self.ended and self.code is None:
            self._read_code()

    def flush(self) -> None:
        """No more comes: what was held back was no word."""
        if self.begun and not self.ended:
            self._into.feed(bytes(self._held))
        self._held.clear()

    def _look_for_begin(self) -> None:
        at = self._held.find(self._begin)
        if at >= 0:
            self.begun = True
            del self._held[: at + len(self._begin)]

    def _look_for_end(self) -> None:
        at = self._held.find(self._end)
        self.ended = at >= 0
        upto = at if self.ended else len(self._held) - self._may_be_word()
        if self.begun and upto:
            self._into.feed(bytes(self._held[:upto]))
        del self._held[: upto + (len(self._end) if self.ended else 0)]

    def _may_be_word(self) -> int:
        """How many of the last bytes may be the first ones of a word. All others are passed on at once."""
        words = (self._end,) if self.begun else (self._begin, self._end)
        lengths = range(max(map(len, words)) - 1, 0, -1)
        return next((n for n in lengths if any(self._held.endswith(word[:n]) for word in words)), 0)

    def _read_code(self) -> None:
        line, newline, _ = self._held.partition(b"\n")
        if newline and line.strip().isdigit():
            self.code = int(line)
        del self._held[_LONGEST_CODE:]
