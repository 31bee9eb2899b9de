"""The sealed report: what anybody but our reporter wrote, left out or moved does not verify."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.proof.results import Frame, Outcome
from workflows.proof.runners import sealed
from workflows.proof.runners.sealed import BadReport, Key, opening, read

KEY = Key(b"k" * 32)
PASSED = {"id": "a", "outcome": "passed"}
FAILED = {
    "id": "b",
    "outcome": "failed",
    "file": "b.py",
    "message": "no",
    "detail": "long",
    "error": "KeyError",
    "asserted": False,
    "frames": [["b.py", 3]],
    "touched": ["shelf.py"],
}


def line(number: int, told: object, key: Key = KEY) -> bytes:
    content = json.dumps(told)
    seal = hmac.new(key.secret, f"{number} {content}".encode(), hashlib.sha256).hexdigest()
    return f"{number} {seal} {content}\n".encode()


def report(*tests: object, key: Key = KEY, **end: object) -> bytes:
    last = {"end": len(tests), "traced": True, "broken": "", **end}
    return b"".join(line(number, told, key) for number, told in enumerate([*tests, last]))


GOOD = report(PASSED, FAILED)


def refused(given: bytes) -> str:
    with pytest.raises(BadReport) as error:
        read(given, KEY)
    return str(error.value)


def test_what_our_reporter_wrote_is_read() -> None:
    told = read(GOOD, KEY)
    assert [test.outcome for test in told.tests] == [Outcome.PASSED, Outcome.FAILED]
    assert told.tests[1].frames == (Frame(file="b.py", line=3),)
    assert (told.tests[1].error, told.tests[1].touched) == ("KeyError", ("shelf.py",))
    assert (told.traced, told.broken) == (True, "")


def test_half_a_character_in_a_name_is_shown_as_it_is_escaped() -> None:
    told = read(report({**PASSED, "id": "\udf06 of \U0001f600 and \\ud834"}, {**PASSED, "id": "\ud834"}), KEY)
    assert [test.id for test in told.tests] == ["\\udf06 of \U0001f600 and \\ud834", "\\ud834"]


def test_why_a_run_came_to_nothing_is_read() -> None:
    assert read(report(broken="no such plugin"), KEY).broken == "no such plugin"


def test_a_report_of_another_key_is_none() -> None:
    assert refused(report(PASSED, key=Key.new())).endswith("its seal is broken")
    assert Key.new() != Key.new()


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_byte_of_it_can_be_changed(at: int, by: int) -> None:
    changed = bytes([*GOOD[:at], GOOD[at] ^ by, *GOOD[at + 1 :]])
    try:
        told = read(changed, KEY)
    except BadReport:
        return
    # What ends a line is not a part of it.
    assert told == read(GOOD, KEY)


LINES = GOOD.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("tampered", "why"),
    [
        (b"", "the report is empty"),
        (b"1 passed\n", "is not one of ours"),
        (b'<testsuite tests="1"/>', "is not one of ours"),
        (LINES[0] + LINES[1], "ends too early"),
        (LINES[0], "ends too early"),
        (LINES[1] + LINES[2], "its seal is broken"),
        (LINES[0] + LINES[2], "its seal is broken"),
        (LINES[1] + LINES[0] + LINES[2], "its seal is broken"),
        (LINES[0] + LINES[0] + LINES[1] + LINES[2], "its seal is broken"),
        (GOOD + LINES[0], "its seal is broken"),
        (GOOD + b"3 passed\n", "is not one of ours"),
        (b"x" + GOOD, "is not one of ours"),
        (GOOD.replace(b'"failed"', b'"passed"'), "its seal is broken"),
        (line(0, {"end": 1}), "has 0 tests, and says 1"),
        (line(0, {"end": 0, "ended": True}), "ends too early"),
        (line(0, {"id": "a"}) + line(1, {"end": 1}), "says nothing of a test"),
        (line(0, {"id": "a", "outcome": "fine"}) + line(1, {"end": 1}), "says nothing of a test"),
    ],
)
def test_what_somebody_else_made_of_it_is_refused_with_why(tampered: bytes, why: str) -> None:
    assert why in refused(tampered)


def test_more_tests_than_anybody_has_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "MAX_TESTS", 1)
    assert "is not one of ours" in refused(GOOD)


def test_two_tests_of_one_name_are_two_tests() -> None:
    told = read(report(PASSED, {**PASSED, "outcome": "failed"}), KEY)
    assert [(test.id, test.outcome) for test in told.tests] == [("a", "passed"), ("a #2", "failed")]


def test_what_is_said_for_people_is_bounded() -> None:
    long = {**FAILED, "message": "m" * 99_999, "detail": "x" * 99_999 + "the end"}
    (test,) = read(report(long), KEY).tests
    assert len(test.message) == len(test.detail) == sealed.MAX_DETAIL
    assert test.detail.endswith("the end")


def test_a_reporter_is_told_all_that_it_needs_in_one_line() -> None:
    said = opening(KEY, "/tmp/r\n", seed=3, trace=True)
    assert said.count(b"\n") == 1
    assert json.loads(said) == {"key": KEY.secret.hex(), "report": "/tmp/r\n", "seed": 3, "trace": True}


def test_a_key_does_not_show_itself() -> None:
    assert KEY.secret.decode() not in repr(KEY)
    assert KEY.secret.hex() not in repr(KEY)
