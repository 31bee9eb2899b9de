# pyright: basic
"""The result that notes what each test gave. Python 3.8 on.

What it knows is in closures, and not where a test finds it by its name.
"""

from __future__ import annotations

import os
import sys
import traceback
import unittest
import unittest.async_case
import unittest.loader
from typing import Any

import looking
from guarding import guard, of_others
from sealing import test_line

_GUARDED = tuple("unittest." + part for part in ("case", "result", "runner", "suite", "loader", "async_case"))
_Unloaded = unittest.loader._FailedTest  # pyright: ignore[reportAttributeAccessIssue]
_Part = unittest.case._SubTest  # pyright: ignore[reportAttributeAccessIssue]
_FOLDERS = ("", "tests", "test")
_EXCHANGED = "the tested code exchanged a part of the test tool: %s"
_UNRUN = "%d of the tests that were found were not run"


class _State:
    def __init__(self):
        self.count = 0
        self.failed = False
        self.why = ""
        self.left = {}
        self.worst: Any = None


def recorder(tell, trace, here):
    """The class of results, and functions: a test's name, what runs, what cannot be loaded, the end."""
    place = looking.places(os.getcwd())
    tools = (os.path.dirname(unittest.__file__) + os.sep, here + os.sep)
    touched, state, changed = looking.Touched(place), _State(), guard(_GUARDED, of_others(place, tools))
    frames, in_fixture = looking.frames, looking.in_fixture
    only, whole, rank = traceback.format_exception_only, traceback.format_exception, _rank()

    def say(name, outcome, file, about, touches=()):
        message, detail, error, asserted, came_by = about
        tell(test_line(name, outcome, file, message, detail, error, asserted, came_by, list(touches)))
        state.count += 1
        state.failed = state.failed or outcome in {"failed", "error"}

    def where(test):
        if isinstance(test, _Unloaded):
            file = _file_of(test._testMethodName)
            return file, file
        kind = type(test)
        file = place(getattr(sys.modules.get(kind.__module__), "__file__", None) or "")
        if file is None:
            return test.id(), ""
        return "::".join([file, *kind.__qualname__.split("."), test._testMethodName]), file

    def raised(error):
        """Message, detail, type, whether it asserts, and where it came by."""
        message = "".join(only(type(error), error)).strip()
        detail = "".join(whole(type(error), error, error.__traceback__))
        asserted, came_by = isinstance(error, AssertionError), frames(error.__traceback__, place, tools)
        return message, detail, type(error).__name__, asserted, came_by

    def said(message):
        return message, "", "", False, ()

    def unloaded(file, error):
        if isinstance(error, unittest.SkipTest):
            say(file, "skipped", file, said(str(error)))
        else:
            say(file, "error", file, raised(error))

    def started(tests):
        state.left = {id(test): (test, *where(test)) for test in tests}
        check()

    def ended():
        check()
        return state.count, state.failed, state.why or (_UNRUN % len(state.left) if state.left else "")

    def check():
        exchanged = changed()
        if exchanged:
            state.why = state.why or _EXCHANGED % exchanged

    def group(name, outcome, about):
        """What is set up for a class or a module: all tests that it was for share its fate."""
        what, _, of = name.rstrip(")").partition(" (")
        for key, (test, its, file) in tuple(state.left.items()):
            if of in _groups(type(test)):
                del state.left[key]
                say(its, outcome, file, about)
        if what.startswith("tearDown"):
            say(*called(of, what, outcome), about)

    def called(of, what, outcome):
        """Of `module.Class` or `module`, as tests are called."""
        module = of if of in sys.modules else of.rpartition(".")[0]
        file = place(getattr(sys.modules.get(module), "__file__", None) or "") or module
        return "::".join([file, *filter(None, of[len(module) + 1 :].split(".")), what]), outcome, file

    def note(outcome, about):
        if rank(outcome) > rank(state.worst[0]):
            state.worst = outcome, about

    class Result(unittest.TextTestResult):
        """The worst that happened to a test counts."""

        def startTest(self, test):  # noqa: N802
            state.worst = "passed", said("")
            super().startTest(test)
            if trace:
                touched.start(anew=True)

        def stopTest(self, test):  # noqa: N802
            if trace:
                touched.stop()
            super().stopTest(test)
            check()
            name, file = where(test)
            state.left.pop(id(test), None)
            say(name, state.worst[0], file, state.worst[1], touched.files() if trace else ())

        def addError(self, test, err):  # noqa: N802
            super().addError(test, err)
            if isinstance(test, _Unloaded):
                note("error", _shortened(raised(err[1])))
            elif isinstance(test, unittest.TestCase):
                note("error" if in_fixture(err[2]) else "failed", raised(err[1]))
            else:
                group(test.id(), "error", raised(err[1]))

        def addFailure(self, test, err):  # noqa: N802
            super().addFailure(test, err)
            outside = isinstance(test, _Unloaded) or in_fixture(err[2])
            note("error" if outside else "failed", raised(err[1]))

        def addSubTest(self, test, subtest, err):  # noqa: N802
            super().addSubTest(test, subtest, err)
            if err is not None:
                note("failed", raised(err[1]))

        def addSkip(self, test, reason):  # noqa: N802
            super().addSkip(test, reason)
            if not isinstance(test, unittest.TestCase):
                group(test.id(), "skipped", said(str(reason)))
            elif not isinstance(test, _Part):
                note("skipped", said(str(reason)))

        def addExpectedFailure(self, test, err):  # noqa: N802
            super().addExpectedFailure(test, err)
            note("skipped", said("expected failure"))

        def addUnexpectedSuccess(self, test):  # noqa: N802
            super().addUnexpectedSuccess(test)
            note("failed", said("unexpected success"))

    return Result, where, started, unloaded, ended


def _rank():
    return ("passed", "skipped", "failed", "error").index


def _groups(kind):
    return kind.__module__, kind.__module__ + "." + kind.__qualname__


def _file_of(module):
    """The file of a module that could not be loaded."""
    for folder in _FOLDERS:
        for end in (".py", os.sep + "__init__.py"):
            path = os.path.join(folder, module.replace(".", os.sep) + end)
            if os.path.isfile(path):
                return path.replace(os.sep, "/")
    return module


def _shortened(about):
    """unittest gives the whole traceback, as the message of another error."""
    message, detail, _, asserted, _ = about
    last = message.rpartition("\n")[2]
    return last, detail, last.partition(":")[0], asserted, ()
