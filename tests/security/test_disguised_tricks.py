"""Threat 44: a fix that mends nothing, and gets its test to pass. It is refused by reading alone."""

from __future__ import annotations

import pytest

from tests.security.cheats.python_tricks import HONEST, TRICKS
from tests.security.test_disguised_values import refused


@pytest.mark.parametrize("name", TRICKS)
def test_a_fix_that_plays_a_trick_is_seen(name: str) -> None:
    assert refused(TRICKS[name]) == "the fix does what no fix does"


@pytest.mark.parametrize("name", HONEST)
def test_what_only_looks_like_a_trick_is_honest(name: str) -> None:
    assert refused(HONEST[name]) == ""
