"""The machine that stands in for a provider's: what is run in it is never run on our own by mistake."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standins.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine.start(tmp_path / "machine")
    yield made
    made.end()


async def test_a_machine_is_entered_as_long_as_it_lives(machine: Machine) -> None:
    code, said = await machine.run(["cat", "/etc/passwd"])
    assert (code, said.count(b"\n")) == (0, 2)


async def test_a_machine_that_ended_is_not_entered_by_whoever_has_its_number_now(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.end(wipe=False)
    monkeypatch.setattr(machine, "_first", os.getpid())
    assert await machine.run(["echo", "here"]) == (1, b"")
