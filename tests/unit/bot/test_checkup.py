"""What `doctor` says of the models, and of runs that wait without anybody having meant it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bus.port import Topic
from bot.checkup import Finding, check_up
from bot.store import store_at
from bot.store.port import DeliveryState, NewDelivery, NewRun, Store
from tests.unit.fakes import trigger
from workflows.engine.definition import digest
from workflows.engine.entries import RunStarted
from workflows.fix import fix


async def model(monkeypatch: pytest.MonkeyPatch, at: Path, **settings: str) -> Finding:
    return await found(monkeypatch, at, "model", **settings)


async def found(monkeypatch: pytest.MonkeyPatch, at: Path, name: str, **settings: str) -> Finding:
    for key in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(key, raising=False)
    settings |= {"DATA_DIR": str(at), "SANDBOX": "process", "GITHUB_API_URL": "http://127.0.0.1:9"}
    for setting, value in settings.items():
        monkeypatch.setenv(f"REDFIRST_{setting}", value)
    return next(finding for finding in await check_up() if finding.name == name)


async def test_the_fallback_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = await model(
        monkeypatch, tmp_path, MODEL="openai/first", MODEL_FALLBACK="openai/second", MODEL_API_KEY="sk-x"
    )
    assert (said.ok, said.said) == (True, "openai/first; openai/second stands in")


async def test_a_fallback_without_its_key_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = await model(
        monkeypatch, tmp_path, MODEL="openai/first", MODEL_FALLBACK="anthropic/claude", MODEL_API_KEY="sk-x"
    )
    assert (said.ok, said.said) == (False, "anthropic/claude needs a key: set ANTHROPIC_API_KEY")


async def stored(at: Path, definition: str) -> Store:
    store = store_at(f"sqlite:///{at / 'redfirst.db'}")
    await store.open()
    started = RunStarted(workflow="fix", definition=definition, release="0.1.0", input={})
    await store.create_run(NewRun(id="r1", trigger=trigger(), started=started))
    return store


async def test_runs_that_can_go_on_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await (await stored(tmp_path, digest(fix))).close()
    said = await found(monkeypatch, tmp_path, "runs")
    assert (said.ok, said.said) == (True, "1 under way or waiting, none put aside")


async def test_runs_of_another_definition_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await (await stored(tmp_path, "0" * 64)).close()
    said = await found(monkeypatch, tmp_path, "runs")
    assert (said.ok, said.said) == (False, "some cannot go on with this release: see `redfirst runs migrate`")


async def test_dead_letters_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = await stored(tmp_path, digest(fix))
    await store.bury(Topic.RUNS, "r1", 10, "it died")
    await store.close()
    said = await found(monkeypatch, tmp_path, "runs")
    assert (said.ok, "redfirst dead list" in said.said) == (False, True)


async def test_deliveries_that_failed_are_named_and_are_no_fault_of_the_installation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = await stored(tmp_path, digest(fix))
    for name in ("d1", "d2", "d3"):
        await store.keep_delivery(NewDelivery(id=name, event="issues", payload=b"{}"))
    said = await found(monkeypatch, tmp_path, "deliveries")
    assert (said.ok, said.said) == (True, "3 looked at, none failed")
    await store.finish_delivery("d2", DeliveryState.FAILED, "no")
    await store.close()
    said = await found(monkeypatch, tmp_path, "deliveries")
    assert said.ok
    assert said.said == "1 of the newest 3 failed: see `redfirst deliveries list --state failed`"
