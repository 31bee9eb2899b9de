"""`redfirst runs output`: the whole of what commands of a run printed, found by the journal."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import JsonValue
from typer.testing import CliRunner, Result

from bot.cli.app import app
from bot.outputs import outputs_of
from bot.settings import load
from bot.store import store_at
from bot.store.port import NewRun
from bot.wiring import blobs_of
from tests.contract.stores import held
from tests.unit.fakes import issue, trigger
from workflows.agents.tools.port import ToolResult
from workflows.engine.definition import digest
from workflows.engine.entries import Entry, Recorded, Row, RunStarted, StepCompleted
from workflows.printed import Printed, Whole, kept
from workflows.registry import WORKFLOWS

LONG = "".join(f"line {number}\n" for number in range(1_000))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run with two whole outputs, in the store that the command finds."""
    for name in ("NATS_URL", "REDFIRST_NATS_URL", "REDFIRST_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("REDFIRST_DATA_DIR", str(tmp_path))
    asyncio.run(make())
    return "r1"


async def make() -> None:
    asked, settings = trigger(), load()
    started = RunStarted(
        workflow="fix",
        definition=digest(WORKFLOWS.find("fix")),
        release="0.1.0",
        input=asked.model_dump(mode="json"),
    )
    said = [await printed(text) for text in (LONG, "other\n")]
    calls = [
        called(f"turn 1 call {number}", ToolResult(text="…", whole=one)) for number, one in enumerate(said, 1)
    ]
    store = store_at(settings.store_url)
    await store.open()
    await store.create_run(NewRun(id="r1", trigger=asked, started=started))
    other = trigger(key="delivery-2", subject=issue(8))
    await store.create_run(NewRun(id="r2", trigger=other, started=started))
    lease = await held(store, "r1")
    await store.append("r1", 1, calls, lease.fence)
    await store.close()


async def printed(text: str) -> Whole:
    tee = Printed()
    tee("stdout", text.encode())
    return await kept(tee, blobs_of(load()))


def called(name: str, result: ToolResult) -> Recorded:
    return Recorded(path="fix/author", name=name, value=result.model_dump(mode="json"))


def output(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["runs", "output", *arguments])


def rows(*entries: Entry) -> list[Row]:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [Row(seq=seq, at=at, entry=entry) for seq, entry in enumerate(entries, 1)]


def test_the_outputs_of_a_run_are_listed_and_each_is_printed(run: str) -> None:
    first, second = output(run).stdout.splitlines()
    assert first.endswith("8,890 bytes  fix/author turn 1 call 1")
    assert second.endswith("6 bytes  fix/author turn 1 call 2")
    assert output(run, first.split()[0]).stdout.strip() == LONG.strip()
    assert output(run, second.split()[0]).stdout.strip() == "other"


def test_programs_get_them_as_json(run: str) -> None:
    listed = [json.loads(line) for line in output(run, "--json").stdout.splitlines()]
    assert [one["bytes"] for one in listed] == [8_890, 6]
    told = json.loads(output(run, listed[0]["digest"], "--json").stdout)
    assert told == {**listed[0], "text": LONG}


def test_a_run_that_kept_none_says_where_its_output_is(run: str) -> None:
    assert "runs show" in output("r2").stdout
    assert output("r2", "--json").stdout == ""


@pytest.mark.parametrize("digest", ["0000", "f" * 64, "../../etc/passwd"])
def test_what_the_run_does_not_have_is_told_and_nothing_else_is_read(run: str, digest: str) -> None:
    done = output(run, digest)
    assert done.exit_code == 1
    assert "this run has no output" in done.stderr


def test_a_run_that_is_not_there_is_told(run: str) -> None:
    assert output("nothing").exit_code == 1


def test_an_output_that_is_no_longer_here_is_told(run: str, tmp_path: Path) -> None:
    listed = [json.loads(line) for line in output(run, "--json").stdout.splitlines()]
    for blob in tmp_path.rglob(listed[0]["digest"]):
        blob.unlink()
    done = output(run, listed[0]["digest"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert listed[0]["digest"][:12] in done.stderr


def test_an_output_is_found_wherever_a_step_has_it_and_only_once() -> None:
    whole: JsonValue = {"printed": "a" * 64, "bytes": 3}
    found = outputs_of(
        rows(
            StepCompleted(path="fix/check_red", output={"runs": [{"whole": whole}, {"whole": whole}]}),
            StepCompleted(path="fix/check_green", output={"whole": {"printed": "b" * 64, "bytes": 4}}),
        )
    )
    assert [(one.at, one.digest[0]) for one in found] == [("fix/check_red", "a"), ("fix/check_green", "b")]


def test_what_a_model_hands_in_names_no_output() -> None:
    forged = ToolResult(text="", handed_in={"whole": {"printed": "a" * 64, "bytes": 3}})
    assert outputs_of(rows(called("turn 1 call 1", forged))) == []
