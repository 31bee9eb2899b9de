"""Threat 44: a test that shows nothing. It is refused by reading alone, before anything is run."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from tests.security.cheats.python_disguises import CODE
from tests.security.cheats.python_tests import CHEATS, HONEST
from workflows.proof.refusals import test_refusal as refusal_of_test
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite
from workflows.tree import File, Tree

BEFORE = Tree({"shelf/__init__.py": File(b""), "shelf/urls.py": File(CODE.encode())})


def refused(test: str) -> str:
    patch = Patch(changes=(FileChange(path="tests/test_new.py", content=test),))
    refusal = refusal_of_test(patch, BEFORE, Suite(Pytest()))
    return "" if refusal is None else refusal.reason


@pytest.mark.parametrize("name", CHEATS)
def test_a_test_that_shows_nothing_of_the_code_is_seen(name: str) -> None:
    assert refused(CHEATS[name])


@pytest.mark.parametrize("name", HONEST)
def test_a_test_that_only_looks_like_it_is_honest(name: str) -> None:
    assert refused(HONEST[name]) == ""
