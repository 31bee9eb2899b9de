"""Log lines, as somebody reads them who must not see everything."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from bot.settings import load
from bot.telemetry import logs


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    handlers, level = logging.root.handlers, logging.root.level
    yield
    logging.root.handlers = handlers
    logging.root.setLevel(level)


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_is_in_a_line_nor_in_a_traceback(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDFIRST_WEBHOOK_SECRET", "a-secret-of-the-webhook")
    monkeypatch.setenv("SOME_PROVIDERS_API_KEY", "a-key-of-some-provider")
    logs.set_up(load(log_format=form))
    try:
        raise ValueError("it was a-key-of-some-provider")
    except ValueError:
        logging.getLogger("somebody's library").exception("sent a-secret-of-the-webhook")
    said = capsys.readouterr().err
    assert "a-secret-of-the-webhook" not in said
    assert "a-key-of-some-provider" not in said
    assert said.count("[redacted: a secret of ours]") >= 2


def test_a_line_of_json_stays_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDFIRST_WEBHOOK_SECRET", 'with "quotes" and \\ more')
    logs.set_up(load(log_format="json"))
    logging.getLogger("redfirst.test").info("it is %s", 'with "quotes" and \\ more')
    assert json.loads(capsys.readouterr().err)["event"] == "it is [redacted: a secret of ours]"
