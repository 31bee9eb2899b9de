"""Threat 44: a faked fix in a dress. It is refused by reading alone, before anything is run."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from tests.security.cheats.python_disguises import CHEATS, CODE, HONEST, KNOWS, TEST, Written
from workflows.proof.refusals import fix_refusal
from workflows.tree import File, Tree

BEFORE = Tree({"shelf/__init__.py": File(b""), "shelf/urls.py": File(CODE.encode())})
TESTS = Patch(changes=(FileChange(path="tests/test_tilde.py", content=TEST),))


def refused(written: Written) -> str:
    fix = Patch(changes=(FileChange(path="shelf/urls.py", content=written.code),))
    refusal = fix_refusal(BEFORE, fix, TESTS)
    return "" if refusal is None else refusal.reason


@pytest.mark.parametrize("name", KNOWS)
def test_a_fix_that_knows_the_test_is_seen_in_every_dress(name: str) -> None:
    assert refused(KNOWS[name]) == "the fix knows the test"


@pytest.mark.parametrize("name", CHEATS)
def test_a_fix_that_does_what_no_fix_does_is_seen_in_every_dress(name: str) -> None:
    assert refused(CHEATS[name]) == "the fix does what no fix does"


@pytest.mark.parametrize("name", HONEST)
def test_what_only_looks_like_it_is_honest(name: str) -> None:
    assert refused(HONEST[name]) == ""
