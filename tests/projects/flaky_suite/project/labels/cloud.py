"""How often labels occur."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable

from labels.words import parse


class Cloud:
    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._counts: Counter[str] = Counter()
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        self._counts.update(parse(text))

    def count(self, label: str) -> int:
        return self._counts[label]

    def top(self, most: int) -> list[str]:
        """The most frequent first; of equally frequent ones the first in the alphabet."""
        ranked = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return [label for label, _ in ranked[:most]]

    def some(self, most: int) -> list[str]:
        """A few at random, in no order; each once."""
        return random.sample(sorted(self._counts), min(most, len(self._counts)))
