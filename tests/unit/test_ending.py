from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parents[2]

HANGS = """
import pytest, time

@pytest.fixture
def hangs():
    yield
    time.sleep(100)

def test_fails(hangs):
    raise ValueError("the reason")

def test_passes(): ...
"""


def outcome(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, *options: str) -> str:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(HANGS)
    given = ("-p", "tests.services.ending", "-p", "no:randomly", "-o", "timeout=1", *options)
    ran = pytester.runpytest_subprocess(*given, timeout=30)
    assert ran.ret
    return "\n".join([*ran.outlines, *ran.errlines])


def test_a_clean_up_that_hangs_ends_with_its_process_and_where_it_hung_is_told(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = outcome(pytester, monkeypatch)
    assert "in hangs" in said
    assert "FAILED in call: " in said


def test_the_other_tests_are_run_all_the_same(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = outcome(pytester, monkeypatch, "-n1")
    assert "1 passed" in said
    assert "ValueError: the reason" in said
