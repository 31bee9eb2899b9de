"""Coverage is measured where it adds something: the long plays repeat what the quick tests have run already.

To be traced costs a tenth to a quarter of a processor's time, in each program that a test starts, too.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Generator

import pytest

MEASURED = ("tests/unit/", "tests/contract/", "tests/github/", "tests/security/")
"""What is never measured can only lower the figure: the floor holds without it."""
PROGRAMS = "COVERAGE_PROCESS_CONFIG"
"""By this, programs that tests start measure themselves."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if item.nodeid.startswith(MEASURED):
        return (yield)
    with _untraced():
        return (yield)


@contextlib.contextmanager
def _untraced() -> Generator[None]:
    here, threads, programs = sys.gettrace(), threading.gettrace(), os.environ.pop(PROGRAMS, None)
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(here)
        threading.settrace(threads)
        if programs is not None:
            os.environ[PROGRAMS] = programs
