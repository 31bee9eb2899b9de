"""The hidden line by which we find what we wrote."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import marker

VALUES = st.from_regex(r"\A[\w./#:@\[\]-]{1,60}\Z")


@settings(deadline=None)
@given(VALUES, VALUES)
def test_what_is_marked_is_found(run: str, key: str) -> None:
    text = f"body\n\n{marker.mark(run=run, key=key)}"
    assert (marker.find(text, "run"), marker.find(text, "key")) == (run, key)
    assert marker.has(text, "run", run)


def test_a_marker_is_the_end_of_the_text() -> None:
    assert marker.below("body", run="r1", key="") == "body\n\n<!-- redfirst run=r1 -->"


def test_a_text_that_is_too_long_for_github_is_cut_and_its_marker_is_not() -> None:
    text = marker.below("é" * 200_000, run="r1", key="r1/a")
    assert len(text) <= 65_536
    assert text.startswith("é" * 60_000)
    assert (marker.find(text, "run"), marker.find(text, "key")) == ("r1", "r1/a")


def test_a_key_of_a_step_in_a_loop_is_found() -> None:
    key = "r0123/fix/repair[2]/write_fix/progress-green"
    assert marker.find(marker.mark(key=key), "key") == key


def test_a_value_that_is_empty_leaves_no_mark() -> None:
    assert marker.mark(run="", key="k") == "<!-- redfirst key=k -->"


@pytest.mark.parametrize(
    "text",
    ["", "<!-- redfirst run= -->", "<!-- redfirst other=x -->", "redfirst run=r1", "<!--redfirst run=r1-->"],
)
def test_what_is_no_marker_is_not_found(text: str) -> None:
    assert marker.find(text, "run") == ""


def test_ours_is_written_last_and_is_the_one_that_counts() -> None:
    assert marker.find("<!-- redfirst run=theirs -->\n<!-- redfirst run=ours -->", "run") == "ours"


def test_a_marker_is_not_the_beginning_of_another() -> None:
    assert not marker.has(marker.mark(key="r1/a"), "key", "r1")


OURS = "Fixes #7, asked for by @one.\n\nRed, green."
THERE = marker.below(OURS, run="r1", key="r1/pull-request")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (THERE, ("", "")),
        (f"Mind the docs.\n\n{THERE}", ("Mind the docs.", "")),
        (f"{THERE}\n\n- [x] looked at", ("", "- [x] looked at")),
        (f"Above\r\n\r\n{THERE}\r\nbelow\r\n".replace("\n\n", "\r\n\r\n"), ("Above", "below")),
        (THERE.replace("Red, green.", "Changed within."), ("", "")),
        ("All of it is ours now.", ("All of it is ours now.", "")),
        ("", ("", "")),
    ],
)
def test_what_people_wrote_around_our_text_is_told_from_it(said: str, kept: tuple[str, str]) -> None:
    assert marker.around(said, OURS.replace("@one", "@two")) == kept
