"""How long the other side asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.retry_after import asked_to_wait


@pytest.mark.parametrize(("said", "seconds"), [("42", 42.0), ("0", 0.0), ("1.5", 1.5), (" 7 ", 7.0)])
def test_seconds_are_seconds(said: str, seconds: float) -> None:
    assert asked_to_wait({"retry-after": said}) == seconds


@pytest.mark.parametrize("said", ["", "soon", "-3", "1e9", "inf", "nan", "٣x", "²", "99999999999999 Jan"])
def test_what_cannot_be_read_asks_for_nothing(said: str) -> None:
    assert asked_to_wait({"retry-after": said}) is None


def test_no_header_asks_for_nothing() -> None:
    assert asked_to_wait({}) is None


def test_a_date_is_so_many_seconds_away() -> None:
    later = datetime.now(UTC) + timedelta(seconds=90)
    seconds = asked_to_wait({"retry-after": format_datetime(later, usegmt=True)})
    assert seconds is not None
    assert 85 < seconds <= 90


def test_a_date_that_has_passed_is_no_wait() -> None:
    assert asked_to_wait({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0
