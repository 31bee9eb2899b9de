# pyright: basic
"""What became of a test, from what it raised and what pytest says of it. Python 3.8 on."""

from __future__ import annotations

import doctest
import re
import traceback
import unittest

import _pytest.outcomes
import looking
import pytest

_SKIPPING = (_pytest.outcomes.Skipped, unittest.SkipTest)
_ASSERTING = (AssertionError, _pytest.outcomes.Failed, doctest.DocTestFailure)


class Outcomes:
    """What was raised counts; what pytest says of it counts where it is worse."""

    def __init__(self, place, tools):
        self._place, self._tools = place, tools
        self._frames, self._in_fixture = looking.frames, looking.in_fixture
        self._only, self._timed_out = (
            traceback.format_exception_only,
            re.compile(r"Timeout\b.*pytest-timeout").match,
        )
        self._skipping, self._asserting = _SKIPPING, _ASSERTING
        self._xfailed, self._failed = _pytest.outcomes.XFailed, _pytest.outcomes.Failed
        self._wrapping = pytest.Collector.CollectError

    def of_file(self, file, report, raised):
        if isinstance(raised, self._skipping):
            return "skipped", file, _reason(raised), "", "", False, [], []
        message, error, asserted, came_by = self._raised(raised)
        detail = str(getattr(report, "longreprtext", "")) or message
        return "error", file, message or detail, detail, error, asserted, came_by, []

    def of_test(self, file, test):
        phases = [(*phase, self._verdict(test.item, *phase)) for phase in test.phases]
        outcome = max((phase[-1] for phase in phases), key=("passed", "skipped", "failed", "error").index)
        ran = [phase[-1] for phase in phases if phase[0] in {"setup", "call"}]
        if outcome == "skipped" and ran[-1:] == ["passed"] and phases[-1][-1] == "passed":
            outcome = "passed"  # only a subtest of it was skipped
        if outcome == "passed" and not any(phase[0] == "call" for phase in phases):
            outcome = "error"
        if outcome == "passed":
            return outcome, file, "", "", "", False, []
        _, report, raised, _ = next((phase for phase in phases if phase[-1] == outcome), phases[-1])
        if outcome == "skipped":
            why = _reason(raised[-1]) if raised else str(getattr(report, "wasxfail", ""))
            return outcome, file, why, "", "", False, []
        message, error, asserted, came_by = self._raised(raised[-1] if raised else None)
        crash = getattr(getattr(report, "longrepr", None), "reprcrash", None)
        detail = str(getattr(report, "longreprtext", "")) or message
        return (
            outcome,
            file,
            str(getattr(crash, "message", "")) or message or detail,
            detail,
            error,
            asserted,
            came_by,
        )

    def _verdict(self, item, when, report, raised):
        bad = "failed" if when == "call" else "error"
        expected = report.outcome == "skipped" and hasattr(report, "wasxfail")
        for error in raised:
            if isinstance(error, (*self._skipping, self._xfailed)):
                continue
            if expected and item.get_closest_marker("xfail") is not None:
                continue
            timed_out = isinstance(error, self._failed) and self._timed_out(str(error))
            return "error" if timed_out or self._in_fixture(error.__traceback__) else bad
        if report.outcome == "failed":
            return bad
        return "skipped" if raised or report.outcome == "skipped" else "passed"

    def _raised(self, error):
        """What there is to say of it: message, type, whether it asserts, and where it came by."""
        if error is None:
            return "", "", False, []
        while isinstance(error, self._wrapping) and error.__cause__ is not None:
            error = error.__cause__
        message = "".join(self._only(type(error), error)).strip()
        came_by = self._frames(error.__traceback__, self._place, self._tools)
        return message, type(error).__name__, isinstance(error, self._asserting), came_by


def _reason(error):
    return str(getattr(error, "msg", None) or error)
