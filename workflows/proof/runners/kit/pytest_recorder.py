# pyright: basic
"""The plugin that notes what each test gave. Python 3.8 on.

What it knows is in closures, and not where a hook or a test finds it by its name.
"""

from __future__ import annotations

import os
import unittest
from typing import Any

import _pytest
import looking
import pluggy
import pytest
from ordering import in_another_order
from pytest_guard import Guard
from pytest_options import add_dropped, be_patient, settle
from pytest_outcome import Outcomes
from sealing import test_line

_WRAPPER = pytest.hookimpl(hookwrapper=True, tryfirst=True)
_UNRUN = "%d of the tests that were found were not run"


class _State:
    def __init__(self):
        self.count = 0
        self.left = 0
        self.why = ""
        self.test: Any = None
        self.guard: Any = None


def recorder(tell, seed, trace, here, by_file):
    """The plugin, and what gives its count and why all of it came to nothing, if it did."""
    place = looking.places(os.getcwd())
    tools = tuple(os.path.dirname(str(module.__file__)) + os.sep for module in (_pytest, pluggy, unittest))
    tools += (here + os.sep,)
    outcomes = Outcomes(place, tools)
    touched = looking.Touched(place)
    state = _State()

    def say(*said):
        tell(test_line(*said))
        state.count += 1

    def where(node):
        path = str(getattr(node, "path", None) or getattr(node, "fspath", None) or "")
        file, mark, inside = node.nodeid.partition("::")
        file = place(path) or file
        return file + mark + inside, file

    def seen(when, result):
        """Nothing that is between us and who reports can make it as if it had not been raised."""
        if trace:
            touched.stop()
        if state.test is not None:
            state.test.raised.extend((when, one) for one in (result.excinfo or ())[1:2])
            if trace and when == "call":
                state.test.touched = touched.files()

    def ended():
        return state.count, state.why or (_UNRUN % state.left if state.left else "")

    class Recorder:
        def pytest_addoption(self, parser):
            add_dropped(parser)

        @_WRAPPER
        def pytest_load_initial_conftests(self, early_config):
            settle(early_config.known_args_namespace, seed)
            yield

        @_WRAPPER
        def pytest_cmdline_main(self, config):
            settle(config.option, seed)
            be_patient(config)
            yield

        @_WRAPPER
        def pytest_collection(self, session):
            state.guard = Guard(session.config, place, tools)
            yield
            state.left = len(session.items)
            state.why = state.guard.collected(session.items)

        @_WRAPPER
        def pytest_collection_modifyitems(self, items):
            yield
            if seed and by_file:
                items[:] = in_another_order(
                    items, seed, lambda item: item.nodeid.rpartition("::")[0].partition("::")[::2]
                )

        @_WRAPPER
        def pytest_make_collect_report(self, collector):
            result = yield
            report = result.get_result()
            call = getattr(report, "call", None)
            raised = call.excinfo.value if call is not None and call.excinfo is not None else None
            if raised is not None or report.outcome != "passed":
                name, file = where(collector)
                say(name, *outcomes.of_file(file, report, raised))

        @_WRAPPER
        def pytest_runtestloop(self):
            yield
            state.why = state.why or state.guard.ran(last=True)

        @_WRAPPER
        def pytest_runtest_protocol(self, item):
            test = state.test = _Test(item)
            yield
            state.test = None
            state.why = state.why or state.guard.ran()
            if test.phases:
                state.left -= 1
                name, file = where(item)
                say(name, *outcomes.of_test(file, test), test.touched)

        @_WRAPPER
        def pytest_runtest_setup(self):
            if trace:
                touched.start(anew=True)
            result = yield
            seen("setup", result)

        @_WRAPPER
        def pytest_runtest_call(self):
            if trace:
                touched.start(anew=False)
            result = yield
            seen("call", result)

        @_WRAPPER
        def pytest_runtest_teardown(self):
            result = yield
            seen("teardown", result)

        @_WRAPPER
        def pytest_runtest_makereport(self, item, call):
            before = call.excinfo
            result = yield
            test = state.test
            if test is not None and test.item is item:
                raised = [one.value for one in (before, call.excinfo) if one is not None]
                test.note(call.when, result.get_result(), raised)

    return Recorder(), ended


class _Test:
    def __init__(self, item):
        self.item = item
        self.touched = []
        self.raised = []
        self.phases = []

    def note(self, when, report, raised):
        if when == "setup" and any(phase[0] == "teardown" for phase in self.phases):
            self.phases = []  # run again, by a plugin for that: the last time counts
        raised = [error for phase, error in self.raised if phase == when] + raised
        self.raised = []
        self.phases.append((when, report, raised))
