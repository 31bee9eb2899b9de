"""What counts of a stream is what stands between two words, however it comes in pieces."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bot.sandboxes.docker.between import Between
from workflows.printed import Collector

BEGIN, END = b"aabaabab", b"abababaa"
"""Such as overlap with themselves and with each other, and so with much of what stands between."""


def through(chunks: list[bytes]) -> tuple[bytes, Between]:
    into = Collector(1024)
    between = Between(BEGIN, END, into)
    for chunk in chunks:
        between.feed(chunk)
    between.flush()
    return into.raw(), between


@given(
    before=st.binary(max_size=20),
    said=st.lists(st.sampled_from(b"ab\n"), max_size=30).map(bytes),
    cuts=st.lists(st.integers(0, 80)),
)
def test_what_was_said_comes_out_whole_however_it_was_cut(
    before: bytes, said: bytes, cuts: list[int]
) -> None:
    if BEGIN in before + BEGIN[:-1] or END in said + END[:-1]:
        return
    whole = before + BEGIN + said + END + b" 17\n" + b"after"
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[start:end] for start, end in itertools.pairwise(places)]
    raw, between = through(pieces)
    assert (raw, between.begun, between.ended, between.code) == (said, True, True, 17)


def test_what_cannot_be_the_end_is_passed_on_at_once() -> None:
    into = Collector(1024)
    between = Between(BEGIN, END, into)
    between.feed(BEGIN + b"said aba")
    assert into.raw() == b"said "
    between.feed(b"\n")
    assert into.raw() == b"said aba\n"


def test_without_an_end_all_that_was_said_counts_and_there_is_no_code() -> None:
    raw, between = through([BEGIN, b"said a", b"bab"])
    assert (raw, between.ended, between.code) == (b"said abab", False, None)


def test_what_stands_before_the_begin_or_after_the_end_is_dropped() -> None:
    raw, between = through(
        [b"forged " * 100, BEGIN + b"said" + END + b" 0\n", BEGIN + b"forged" + END + b" 1\n"]
    )
    assert (raw, between.code) == (b"said", 0)


def test_an_end_without_a_begin_ends_it_with_nothing_said() -> None:
    raw, between = through([b"forged", END, b" 3\n"])
    assert (raw, between.begun, between.code) == (b"", False, 3)


def test_a_code_that_is_none_is_no_code() -> None:
    assert through([BEGIN + END + b" forged\n"])[1].code is None
