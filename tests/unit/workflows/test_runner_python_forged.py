"""Code that knows it is tested, and would rather be called right than be right: found out, or failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.workflows.python_runs import Place, outcomes
from workflows.proof.runners.port import Runner
from workflows.proof.runners.pytest import Pytest
from workflows.proof.runners.unittest import Unittest

TESTS = """
import unittest
import shelf
class T(unittest.TestCase):
    def test_first(self): pass
    def test_it(self): assert shelf.pages(5, 2) == 3
    def test_last(self): pass
"""
FAILED = {
    "tests/test_it.py::T::test_first": "passed",
    "tests/test_it.py::T::test_it": "failed",
    "tests/test_it.py::T::test_last": "passed",
}


def cheating(loaded: str, called: str) -> dict[str, str]:
    """With a bug that the test shows, and what else the code does when it is loaded or called."""
    code = f"{loaded}\ndef pages(books, each):\n    {called or 'pass'}\n    return books // each\n"
    return {"shelf.py": code, "tests/test_it.py": TESTS}


REPORT = """
import os
def report():
    for number in os.listdir("/proc/self/fd"):
        try:
            path = os.readlink("/proc/self/fd/" + number)
        except OSError:
            continue
        if "report-" in path:
            return path
"""
MANAGER = """
import gc
import pluggy
def manager():
    return next(o for o in gc.get_objects() if isinstance(o, pluggy.PluginManager))
class Hooks:
    @pluggy.HookimplMarker("pytest")(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item, call):
        call.excinfo = None
        result = yield
        result.get_result().outcome = "passed"
"""
ADDED = "open(report(), 'ab').write(b'1 ' + b'a' * 64 + b' {}\\n')"
ALTERED = "file = open(report(), 'r+b'); file.seek(70); file.write(b'!'); file.close()"
FOUND_OUT = {
    "leaves": ("import os\n", "os._exit(0)", "ends too early"),
    "goes on in a child": ("import os\n", "if os.fork(): os._exit(0)\n    return 3", "ends too early"),
    "removes the report": (REPORT, "os.unlink(report())", "left no report"),
    "empties the report": (REPORT, "os.truncate(report(), 0)", "seal is broken"),
    "alters the report": (REPORT, ALTERED, "seal is broken"),
    "adds to the report": (REPORT, ADDED, "seal is broken"),
    "exchanges what is raised": (
        "import builtins\nbuiltins.AssertionError = type('Other', (BaseException,), {})\n",
        "",
        "exchanged a part of the test tool: builtins",
    ),
    "exchanges an assertion": (
        "",
        "import unittest\n    unittest.TestCase.assertEqual = lambda *_: None",
        "exchanged a part of the test tool: unittest.case.TestCase",
    ),
}
BY_PYTEST = {
    "exits when loaded": ("import sys\nsys.exit(0)\n", "", "ended with 3"),
    "stops the session": (
        "import pytest\n",
        "pytest.exit('done', returncode=0)",
        "1 of the tests that were found were not run",
    ),
    "exchanges pytest": (
        "import sys, types\nsys.modules['pytest'] = types.ModuleType('pytest')\n",
        "",
        "exchanged a part of the test tool: sys.modules",
    ),
    "exchanges how pytest reports": (
        "import _pytest.reports as reports\n"
        "def passing(item, call):\n"
        "    call.excinfo = None\n"
        "    return old(item, call)\n"
        "old = reports.TestReport.from_item_and_call\n"
        "reports.TestReport.from_item_and_call = passing\n",
        "",
        "exchanged a part of the test tool: _pytest.reports.TestReport",
    ),
    "exchanges how pytest calls tests": (
        "import _pytest.unittest\n_pytest.unittest.TestCaseFunction.runtest = lambda self: None\n",
        "",
        "exchanged a part of the test tool: _pytest.unittest.TestCaseFunction",
    ),
    "hooks itself in when loaded": (
        MANAGER + "manager().register(Hooks(), 'mine')\n",
        "",
        "hooked itself into pytest: mine",
    ),
    "hooks itself in when called": (
        MANAGER,
        "manager().register(Hooks(), 'mine')",
        "hooked itself into pytest: while tests ran",
    ),
    "takes away who calls tests": (
        MANAGER,
        "manager().unregister(name='python')",
        "hooked itself into pytest: while tests ran",
    ),
    "exchanges what a hook calls": (
        MANAGER,
        "one = manager().hook.pytest_runtest_makereport.get_hookimpls()[0]\n"
        "    one.function = Hooks().pytest_runtest_makereport",
        "hooked itself into pytest: while tests ran",
    ),
    "hooks itself in as a module": (
        MANAGER + "import sys\npytest_runtest_makereport = Hooks().pytest_runtest_makereport\n"
        "manager().register(sys.modules[__name__], 'mine')\n",
        "",
        "hooked itself into pytest: mine",
    ),
}
BY_UNITTEST = {
    "exchanges how tests are called": (
        "import unittest\nunittest.TestCase._callTestMethod = lambda self, method: None\n",
        "",
        "exchanged a part of the test tool: unittest.case.TestCase",
    ),
    "exchanges what is noted": (
        "import unittest\nunittest.TestResult.addFailure = lambda self, test, err: None\n",
        "",
        "exchanged a part of the test tool: unittest.result.TestResult",
    ),
}
IN_VAIN = {
    "prints what a good run prints": (
        "",
        "print('2 passed in 0.01s\\\\nOK'); print('0 ' + 'a' * 64 + ' {}')",
    ),
    "writes when all is over": (REPORT + "import atexit\natexit.register(lambda: os.unlink(report()))\n", ""),
    "exchanges what a report is written with": (
        "import builtins, hashlib, hmac, json, os\n"
        "builtins.open = hashlib.sha256 = hmac.new = json.dumps = os.open = None\n"
        "os.write = lambda file, content: len(content)\n"
        "os._exit = lambda code: None\n"
        "json.JSONEncoder.encode = json.JSONEncoder.iterencode = lambda *_: 'passed'\n",
        "",
    ),
    "exits when called": ("import sys\n", "sys.exit(0)"),
}
EACH = [
    *((Pytest(), *cheat) for cheat in (FOUND_OUT | BY_PYTEST).values()),
    *((Unittest(), *cheat) for cheat in (FOUND_OUT | BY_UNITTEST).values()),
]
NAMES = [
    *(f"pytest: {name}" for name in FOUND_OUT | BY_PYTEST),
    *(f"unittest: {name}" for name in FOUND_OUT | BY_UNITTEST),
]


@pytest.mark.parametrize(("runner", "loaded", "called", "complaint"), EACH, ids=NAMES)
def test_code_that_lays_hands_on_its_judge_is_found_out(
    tmp_path: Path, runner: Runner, loaded: str, called: str, complaint: str
) -> None:
    results = Place(runner, tmp_path).run(cheating(loaded, called))
    assert complaint in results.complaint.partition("\n")[0]
    assert results.tests == ()


@pytest.mark.parametrize("runner", [Pytest(), Unittest()], ids=lambda runner: runner.name)
@pytest.mark.parametrize(("loaded", "called"), IN_VAIN.values(), ids=IN_VAIN)
def test_what_code_does_in_vain_leaves_its_test_failed(
    tmp_path: Path, runner: Runner, loaded: str, called: str
) -> None:
    assert outcomes(Place(runner, tmp_path).run(cheating(loaded, called))) == FAILED


HOOKS = {
    "a report that says passed": MANAGER + "pytest_runtest_makereport = Hooks().pytest_runtest_makereport\n",
    "a call that swallows": """
import pytest
@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_call(item):
    result = yield
    result.force_result(None)
""",
    "a report that says skipped": """
import pytest
@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    result = yield
    if call.when == "call":
        result.get_result().outcome = "skipped"
        result.get_result().wasxfail = "it is known"
""",
}


@pytest.mark.parametrize("hooks", HOOKS.values(), ids=HOOKS)
def test_hooks_of_the_project_do_not_make_a_test_pass_that_failed(tmp_path: Path, hooks: str) -> None:
    tests = {"tests/test_it.py": "import shelf\ndef test_it(): assert shelf.pages(5, 2) == 3\n"}
    results = Place(Pytest(), tmp_path).run({**cheating("", ""), **tests, "conftest.py": hooks})
    assert results.complaint or outcomes(results) == {"tests/test_it.py::test_it": "failed"}


PUT_BACK = """
import pytest
@pytest.fixture
def unlogged(pytestconfig):
    plugin = pytestconfig.pluginmanager.unregister(name="logging-plugin")
    yield
    pytestconfig.pluginmanager.register(plugin, "logging-plugin")
def test_it(unlogged): pass
def test_another(): pass
"""


def test_tests_may_take_a_plugin_away_and_put_it_back(tmp_path: Path) -> None:
    results = Place(Pytest(), tmp_path).run({"tests/test_it.py": PUT_BACK})
    assert outcomes(results) == {
        "tests/test_it.py::test_it": "passed",
        "tests/test_it.py::test_another": "passed",
    }
