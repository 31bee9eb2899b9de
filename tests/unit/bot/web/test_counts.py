"""What came to the door, counted, with names that cannot fill the memory nor refusals the log."""

from __future__ import annotations

import logging

import pytest

from bot.web import counts
from bot.web.counts import MOST_NAMES, OTHER, Counts
from bot.web.intake import Refusal


def test_events_are_counted_by_name_those_too_that_nobody_reads() -> None:
    counted = Counts()
    for event in ("issues", "gollum", "issues"):
        counted.keep(event)
    assert counted.kept == {"issues": 2, "gollum": 1}


def test_names_without_end_are_counted_together() -> None:
    counted = Counts()
    for number in range(3 * MOST_NAMES):
        counted.keep(f"event_{number}")
    counted.keep("event_0")
    assert len(counted.kept) == MOST_NAMES + 1
    assert counted.kept[OTHER] == 2 * MOST_NAMES
    assert counted.kept["event_0"] == 2


def test_a_flood_of_refusals_is_one_line_in_the_log_for_each_kind(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = [0.0]
    monkeypatch.setattr(counts.time, "monotonic", lambda: clock[0])
    counted = Counts()
    with caplog.at_level(logging.WARNING):
        for _ in range(1_000):
            counted.refuse(Refusal(401, "not signed"))
        counted.refuse(Refusal(413, "too large"))
        clock[0] = counts.QUIET_SECONDS
        counted.refuse(Refusal(401, "not signed"))
    assert caplog.messages == [
        "delivery refused: not signed (401: 1 since the start)",
        "delivery refused: too large (413: 1 since the start)",
        "delivery refused: not signed (401: 1001 since the start)",
    ]
    assert counted.refused == {401: 1_001, 413: 1}
