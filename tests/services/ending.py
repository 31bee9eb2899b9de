"""A run of tests ends, whatever one of them does, and what failed is known as soon as it has.

After the first failure of a test nobody else watches the clock: to a debugger, what comes then takes as long
as its user likes. So a clean-up that hangs would keep a run for ever, and with it the reason for the failure.
"""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Generator

import pytest

_ERRORS = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    # While a test runs, what it writes there is kept aside.
    config.stash[_ERRORS] = os.dup(2)


def pytest_unconfigure(config: pytest.Config) -> None:
    os.close(config.stash[_ERRORS])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Whoever hangs is ended with its process; of several that run tests, another takes its place."""
    seconds = float(item.config.getini("timeout") or 0)
    if seconds:
        faulthandler.dump_traceback_later(seconds, exit=True, file=item.config.stash[_ERRORS])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


class _Told:
    """At once, and not only when all is over, which a run that is cut short never reaches."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.ensure_newline()
            self._terminal.write_line(f"FAILED in {report.when}: {report.nodeid}")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if isinstance(terminal, pytest.TerminalReporter):
        session.config.pluginmanager.register(_Told(terminal))
