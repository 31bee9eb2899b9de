"""JUnit reports come out of a sandbox: they are read as far as they are sound, and refused by a sentence."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.proof.results import Outcome, Results
from workflows.proof.runners import junit
from workflows.proof.runners.junit import parse
from workflows.proof.runners.sealed import MAX_DETAIL, BadReport

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<testsuites><testsuite><testcase name="&lol2;"/></testsuite></testsuites>"""

OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<testsuites><testcase name="&secret;"/></testsuites>"""


def one(
    inside: str = "", about: str = 'classname="tests.test_a" name="test_x" file="tests/test_a.py"'
) -> bytes:
    return f"<testsuites><testsuite><testcase {about}>{inside}</testcase></testsuite></testsuites>".encode()


@pytest.mark.parametrize(
    "report",
    [
        BOMB,
        OUTSIDE,
        b'<!DOCTYPE testsuites SYSTEM "http://example.org/x.dtd"><testsuites/>',
        b"",
        b"\0",
        b"not xml",
        b"<testsuites>",
        b"<testsuites/><testsuites/>",
        b"<html/>",
        b'<testcase name="x"/>',
        b'<?xml version="1.0" encoding="nonsense"?><testsuites/>',
        b'<?xml version="1.0" encoding="rot13"?><testsuites/>',
        b'<?xml version="1.0" encoding="utf-7"?><testsuites/>',
        b"<testsuites>\xff</testsuites>",
        b'<testsuites><testcase name="&#0;"/></testsuites>',
        b'<testsuites><testcase name="&#xD800;"/></testsuites>',
    ],
)
def test_a_hostile_or_broken_report_is_refused(report: bytes) -> None:
    with pytest.raises(BadReport):
        parse(report)


def test_the_refusal_says_what_it_begins_with() -> None:
    with pytest.raises(BadReport, match="begins with <html>, not <testsuites>"):
        parse(b"<html/>")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise_anything_else(report: bytes) -> None:
    with contextlib.suppress(BadReport):
        parse(report)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_no_text_in_a_report_makes_it_raise_anything_else(text: str) -> None:
    with contextlib.suppress(BadReport):
        parse(f"<testsuites>{text}</testsuites>".encode())


def test_a_deep_report_is_read_at_once() -> None:
    deep = 50_000
    assert parse(b"<testsuites>" + b"<a>" * deep + b"</a>" * deep + b"</testsuites>") == []


@pytest.mark.parametrize(
    ("inside", "outcome", "message"),
    [
        ("", Outcome.PASSED, ""),
        ("<system-out>noise</system-out>", Outcome.PASSED, ""),
        ('<failure message="assert 1 == 2">detail</failure>', Outcome.FAILED, "assert 1 == 2"),
        ('<error message="fixture">detail</error>', Outcome.ERROR, "fixture"),
        ('<skipped message="why"/>', Outcome.SKIPPED, "why"),
        ('<failure message="f"/><error message="tear-down"/>', Outcome.ERROR, "tear-down"),
        ('<error message="e"/><failure message="f"/>', Outcome.ERROR, "e"),
        ("<failure/>", Outcome.FAILED, ""),
    ],
)
def test_the_worst_mark_of_a_test_is_its_outcome(inside: str, outcome: Outcome, message: str) -> None:
    (result,) = parse(one(inside))
    assert (result.outcome, result.message) == (outcome, message)


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ('classname="tests.test_a" name="test_x[1]" file="tests/test_a.py"', "tests/test_a.py::test_x[1]"),
        (
            'classname="tests.test_a.TestY" name="test_x" file="tests/test_a.py"',
            "tests/test_a.py::TestY::test_x",
        ),
        ('classname="tests.test_a.A.B" name="x" file="tests/test_a.py"', "tests/test_a.py::A::B::x"),
        ('classname="" name="tests.test_a" file="tests/test_a.py"', "tests/test_a.py::tests.test_a"),
        ('classname="pkg.Case" name="x"', "pkg.Case::x"),
        ('classname="Shelf v1.2 half" name="it is" file="a.test.js"', "a.test.js::Shelf v1.2 half::it is"),
        ('classname="a.test.js" name="it is" file="a.test.js"', "a.test.js::it is"),
        ('name="x"', "x"),
        ("", ""),
    ],
)
def test_a_test_is_called_as_people_call_it(about: str, name: str) -> None:
    (result,) = parse(one(about=about))
    assert result.id == name


def test_what_a_test_says_is_kept_within_bounds_and_its_end_is_what_counts() -> None:
    text = "a" * 20_000 + "THE END"
    (result,) = parse(one(f'<failure message="{text}">{text}</failure>'))
    assert len(result.message) == len(result.detail) == MAX_DETAIL
    assert result.detail.endswith("THE END")


@pytest.mark.parametrize(
    ("inside", "error", "asserted"),
    [
        ('<failure type="java.lang.AssertionError">x</failure>', "AssertionError", True),
        ('<failure type="org.opentest4j.MultipleFailuresError"/>', "MultipleFailuresError", True),
        (
            '<failure type="org.assertj.core.error.AssertJMultipleFailuresError"/>',
            "AssertJMultipleFailuresError",
            True,
        ),
        (
            '<failure type="PHPUnit\\Framework\\ExpectationFailedException"/>',
            "ExpectationFailedException",
            True,
        ),
        ('<failure type="RSpec::Expectations::ExpectationNotMetError"/>', "ExpectationNotMetError", True),
        ('<failure type="a.Outer$BadShelf" message="no">a.Outer$BadShelf: no</failure>', "BadShelf", False),
        ('<failure type="failure" message="ValueError: no shelf"/>', "ValueError", False),
        ('<failure type="failure">shelf.ShelfError: no shelf\n at x</failure>', "ShelfError", False),
        ('<error type="java.lang.AssertionError"/>', "AssertionError", False),
        ('<failure message="expected 2"/>', "", False),
        ('<skipped type="x.SkipException"/>', "", False),
        ("", "", False),
    ],
)
def test_what_was_raised_is_said_by_its_own_name(inside: str, error: str, asserted: bool) -> None:
    (result,) = parse(one(inside))
    assert (result.error, result.asserted) == (error, asserted)


def test_a_report_of_more_tests_than_anybody_has_is_refused() -> None:
    with pytest.raises(BadReport):
        parse(b"<testsuite>" + b"<testcase/>" * (junit.MAX_ELEMENTS + 1) + b"</testsuite>")


def test_a_summary_counts_what_there_is() -> None:
    results = Results(command=(), tests=tuple(parse(one()) + parse(one("<failure/>")) + parse(one())))
    assert results.summary() == "2 passed, 1 failed"
    assert Results(command=()).summary() == "no tests"
    assert Results(command=(), complaint="broke").summary() == "broke"
