"""Where two texts differ, line by line, at a bounded cost whatever is in them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

MAX_WORK = 1_000_000
"""Pairs of lines that are compared at most; what lies beyond counts as rewritten."""


class Span(NamedTuple):
    """These lines of the old text became these of the new; both count from 0, and the ends are not in it."""

    old: int
    old_end: int
    new: int
    new_end: int


def split(text: str) -> list[str]:
    """By line feeds alone, as editors and grammars count: joined again they are the same text."""
    *whole, last = text.split("\n")
    lines = [f"{line}\n" for line in whole]
    return [*lines, last] if last else lines


def spans(old: Sequence[str], new: Sequence[str], *, apart: int = 0) -> list[Span]:
    """In order. Those with at most `apart` unchanged lines between them are one."""
    found: list[Span] = []
    for span in _differences(old, new):
        if found and span.new - found[-1].new_end <= apart:
            found[-1] = found[-1]._replace(old_end=span.old_end, new_end=span.new_end)
        else:
            found.append(span)
    return found


def _differences(old: Sequence[str], new: Sequence[str]) -> Iterator[Span]:
    """Lines that stand once in both hold the texts together; only what is between them is searched."""
    left = MAX_WORK
    held = [(-1, -1), *_held(old, new), (len(old), len(new))]
    for above, below in pairwise(held):
        gap = _trimmed(old, new, Span(above[0] + 1, below[0], above[1] + 1, below[1]))
        a, b, c, d = gap
        work = (b - a) * (d - c)
        if not work or work > left:
            if b > a or d > c:
                yield gap
            continue
        left -= work
        for kind, i, j, k, m in SequenceMatcher(None, old[a:b], new[c:d]).get_opcodes():
            if kind != "equal":
                yield Span(a + i, a + j, c + k, c + m)


def _trimmed(old: Sequence[str], new: Sequence[str], span: Span) -> Span:
    a, b, c, d = span
    while a < b and c < d and old[a] == new[c]:
        a, c = a + 1, c + 1
    while a < b and c < d and old[b - 1] == new[d - 1]:
        b, d = b - 1, d - 1
    return Span(a, b, c, d)


def _held(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The longest row of lines that are in both, once in each, in the same order."""
    olds, news = Counter(old), Counter(new)
    at = {line: number for number, line in enumerate(old) if olds[line] == 1}
    pairs = [(at[line], number) for number, line in enumerate(new) if line in at and news[line] == 1]
    lasts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (place, _) in enumerate(pairs):
        length = bisect_left(lasts, place)
        before.append(ends[length - 1] if length else -1)
        lasts[length : length + 1] = [place]
        ends[length : length + 1] = [index]
    row: list[tuple[int, int]] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        row.append(pairs[index])
        index = before[index]
    return row[::-1]
