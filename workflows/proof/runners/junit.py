"""JUnit XML, as far as runners agree about it. It comes out of a sandbox: hostile until parsed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workflows.proof.results import Outcome, TestResult

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DETAIL = 8_000


class BadReport(ValueError):
    """The report is not JUnit XML, or tries something."""


def parse(report: bytes) -> list[TestResult]:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root: Element = fromstring(report, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadReport(f"the report is not JUnit XML: {error}") from error
    return [_result(case) for case in _cases(root)]


def _cases(root: Element) -> Iterator[Element]:
    if root.tag not in {"testsuites", "testsuite"}:
        raise BadReport(f"the report begins with <{root.tag}>, not <testsuites>")
    yield from root.iter("testcase")


_MARKS = {"failure": Outcome.FAILED, "error": Outcome.ERROR, "skipped": Outcome.SKIPPED}


def _result(case: Element) -> TestResult:
    file = case.get("file", "")
    outcome, message, detail = Outcome.PASSED, "", ""
    for child in case:
        mark = _MARKS.get(child.tag)
        # An error in tear-down comes as a second mark; the worse one counts.
        if mark is not None and outcome is not Outcome.ERROR:
            outcome, message = mark, child.get("message", "")
            detail = (child.text or "")[-MAX_DETAIL:]
    return TestResult(
        id=_id(file, case.get("classname", ""), case.get("name", "")),
        outcome=outcome,
        file=file,
        message=message[:MAX_DETAIL],
        detail=detail,
    )


def _id(file: str, classname: str, name: str) -> str:
    """`tests/test_x.py::TestY::test_z[1]`, the way people call it."""
    if not file:
        return "::".join(part for part in (classname, name) if part)
    module = file.removesuffix(".py").replace("/", ".")
    inside = classname.removeprefix(module).strip(".")
    return "::".join([file, *(inside.split(".") if inside else []), name])
