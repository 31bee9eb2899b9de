"""What all of these share: a machine that does much else at the same time."""

from __future__ import annotations

import pytest

from bot.standin import sending


@pytest.fixture(autouse=True)
def patient_github(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub gives up on a delivery after ten seconds. Here a commit may wait for the disk
    of a dozen sandboxes; how long an answer takes is what `make bench-ingest` is for."""
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 60.0)
