# pyright: basic
"""Tests in another order, the same for the same seed. Python 3.8 on."""

from __future__ import annotations

import random


def in_another_order(tests, seed, place):
    """`place` gives a test's file and class: tests of one class never come among those of another."""
    chance, known = random.Random(seed).random, {}  # noqa: S311
    ranked = []
    for number, test in enumerate(tests):
        file, kind = place(test)
        outer, inner = known.setdefault(file, chance()), known.setdefault((file, kind), chance())
        ranked.append((outer, inner, chance(), number, test))
    return [test for *_, test in sorted(ranked, key=lambda one: one[:4])]
