"""JUnit XML, as far as runners agree about it. It comes out of a sandbox: hostile until parsed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workflows.proof.results import Outcome, TestResult

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DETAIL = 8_000
MAX_ELEMENTS = 200_000


class BadReport(ValueError):
    """The report is not JUnit XML, or tries something."""


def parse(report: bytes) -> list[TestResult]:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, iterparse

    root: Element | None = None
    try:
        # A few bytes of it are a kilobyte here, so what is bounded is its parts and not its size alone.
        for count, (_, element) in enumerate(iterparse(io.BytesIO(report), ("start",), forbid_dtd=True)):
            if count >= MAX_ELEMENTS:
                raise BadReport(f"the report has more than {MAX_ELEMENTS} parts")
            root = element if root is None else root
    except BadReport:
        raise
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadReport(f"the report is not JUnit XML: {error}") from error
    if root is None:
        raise BadReport("the report is empty")
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
