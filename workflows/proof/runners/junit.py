"""JUnit XML, as far as runners agree about it. It comes out of a sandbox: hostile until parsed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from workflows.proof.results import Outcome, TestResult
from workflows.proof.runners.sealed import MAX_DETAIL, BadReport

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_ELEMENTS = 200_000

# `a.b.AssertionError`, `Chai::AssertionError`, `PHPUnit\Framework\ExpectationFailedException`.
_SEPARATORS = re.compile(r"[.\\$]|::")
# Not `failure` or `error`, which some write for want of one.
_TYPE = re.compile(r"(?:[A-Za-z_][\w$]*(?:\.|::|\\))*[A-Z_][\w$]*")
_RAISED = re.compile(r"(?:[A-Za-z_][\w$]*(?:\.|::|\\))*[A-Za-z_][\w$]*(?:Error|Exception|Failure)(?=:|\s|$)")
_ASSERTIONS = (
    *("AssertionError", "AssertionFailedError", "AssertionFailedException", "AssertionException"),
    *("ComparisonFailure", "MultipleFailuresError", "MultipleFailureException", "AssertionFailed"),
    *("ExpectationFailedException", "ExpectationNotMetError", "ConditionNotSatisfiedError"),
)


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


def is_assertion(error: str) -> bool:
    """Whether an exception of this name is an assertion's: `SoftAssertionError` is one, too."""
    return error.endswith(_ASSERTIONS)


def short(kind: str) -> str:
    """`a.b.Outer$NoSuchShelf` is a `NoSuchShelf`, as it was raised."""
    return _SEPARATORS.split(kind.strip())[-1][:200]


def _cases(root: Element) -> Iterator[Element]:
    if root.tag not in {"testsuites", "testsuite"}:
        raise BadReport(f"the report begins with <{root.tag}>, not <testsuites>")
    yield from root.iter("testcase")


_MARKS = {"failure": Outcome.FAILED, "error": Outcome.ERROR, "skipped": Outcome.SKIPPED}


def _result(case: Element) -> TestResult:
    file = case.get("file", "")
    outcome, message, detail, kind = Outcome.PASSED, "", "", ""
    for child in case:
        mark = _MARKS.get(child.tag)
        # An error in tear-down comes as a second mark; the worse one counts.
        if mark is not None and outcome is not Outcome.ERROR:
            outcome, message, kind = mark, child.get("message", ""), child.get("type", "")
            detail = (child.text or "")[-MAX_DETAIL:]
    error = _error(kind, message, detail) if outcome in {Outcome.FAILED, Outcome.ERROR} else ""
    return TestResult(
        id=_id(file, case.get("classname", ""), case.get("name", "")),
        outcome=outcome,
        file=file,
        message=message[:MAX_DETAIL],
        detail=detail,
        error=error,
        asserted=outcome is Outcome.FAILED and is_assertion(error),
    )


def _error(kind: str, message: str, detail: str) -> str:
    """Where the type does not say it, the message or the trace may begin with what was raised."""
    if _TYPE.fullmatch(kind.strip()):
        return short(kind)
    found = _RAISED.match(message[:1_000].lstrip()) or _RAISED.match(detail[:1_000].lstrip())
    return short(found[0]) if found else ""


def _id(file: str, classname: str, name: str) -> str:
    """`tests/test_x.py::TestY::test_z[1]`, the way people call it."""
    if not file:
        return "::".join(part for part in (classname, name) if part)
    if not file.endswith(".py"):
        return "::".join([file, *([classname] if classname not in {"", file} else []), name])
    module = file.removesuffix(".py").replace("/", ".")
    inside = classname.removeprefix(module).strip(".")
    return "::".join([file, *(inside.split(".") if inside else []), name])
