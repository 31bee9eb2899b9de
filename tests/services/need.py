"""What a test needs of the machine: missing, it is skipped by name; in CI, where all is there, it fails."""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

T = TypeVar("T")


def need(name: str, found: T | None, how: str) -> T:
    if found is not None and found is not False:
        return found
    said = f"{name} is not here: {how}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(said, pytrace=False)
    pytest.skip(said)
