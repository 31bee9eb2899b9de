"""What the settings say of a provider's sandboxes."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.sandboxes.remote.hosted import hosted
from bot.settings import load
from bot.wiring import sandboxes_of

KEY = "dtn_hosted_key_of_nobody"


def whose(monkeypatch: pytest.MonkeyPatch, machine: str, **settings: object) -> object:
    monkeypatch.setattr(socket, "gethostname", lambda: machine)
    return vars(hosted("e2b", load(**settings), None))["_instance"]


def test_two_machines_with_the_same_path_are_two_installations(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else one would reap the other's sandboxes, in an account that they share."""
    assert whose(monkeypatch, "a", data_dir=tmp_path) == whose(monkeypatch, "a", data_dir=tmp_path)
    assert whose(monkeypatch, "a", data_dir=tmp_path) != whose(monkeypatch, "b", data_dir=tmp_path)


def test_workers_that_share_a_store_are_one_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://db/redfirst"
    assert whose(monkeypatch, "a", database_url=url) == whose(monkeypatch, "b", database_url=url)


async def test_a_provider_is_chosen_without_being_asked(tmp_path: Path) -> None:
    """No engine is looked for, and no SDK is loaded, before the first sandbox."""
    settings = load(sandbox="daytona", daytona_api_key=KEY, data_dir=tmp_path)
    chosen = await sandboxes_of(settings, trusted=False)
    assert type(chosen).__name__ == "RemoteSandboxes"
    await chosen.close()


def test_no_key_shows_in_what_prints_the_settings(tmp_path: Path) -> None:
    settings = load(sandbox="daytona", daytona_api_key=KEY, e2b_api_key=KEY, data_dir=tmp_path)
    assert KEY not in f"{settings!r} {settings}"
