"""The journal as lines for people, as they watch a run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from bot.store.port import Store
from workflows.agents.tools.port import ToolResult
from workflows.case import Case, Judged, Planned, Proposed, Repairing, Reproducing, Standing, Witnessing
from workflows.engine import signals
from workflows.engine.entries import (
    Cancelled,
    Entry,
    Recorded,
    Resumed,
    Row,
    RunCompleted,
    RunFailed,
    RunParked,
    RunStarted,
    Slept,
    StepCompleted,
    StepFailed,
    StepStarted,
    Suspended,
    Woke,
)
from workflows.engine.status import RunStatus
from workflows.ports.model import Turn
from workflows.project.model import Project
from workflows.project.words import in_a_line
from workflows.proof.diagnostics.model import State
from workflows.proof.mode import DiagnosticsMode

Tone = Literal["plain", "dim", "good", "bad", "red"]


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    tone: Tone = "plain"
    detail: str = ""


_DOING = {
    "prepare": "looking at the project and running its tests as they are",
    "plan": "planning",
    "write_test": "writing a test",
    "check_red": "running the test on the unfixed code",
    "write_fix": "writing the fix",
    "check_green": "running the test with the fix",
    "check_suite": "running the whole suite with the fix",
    "check_diagnostics": "running the project's own checkers with the fix and without",
    "check_controls": "taking the fix back, place by place, and making it a little wrong",
    "write_witness": "another author writes an independent test",
    "check_witness": "running the independent test on the unfixed code",
    "prove": "writing the proof",
    "propose": "opening a draft pull request",
    "take_stock": "looking at what would be merged now",
    "prove_again": "proving it from red to its controls",
}


_QUIET = frozenset({"call", "seal", "show_begun", "show_verdict"})
"""Steps that only hand something on."""


async def follow(store: Store, run: str, *, every: float = 0.1) -> AsyncGenerator[Row]:
    """Rows as they come, until the run rests."""
    seq = 0
    while True:
        rows = await store.rows(run, after=seq)
        for row in rows:
            seq = row.seq
            yield row
        if not rows and await _rests(store, run):
            return
        await asyncio.sleep(every)


async def _rests(store: Store, run: str) -> bool:
    """It has ended, or only a person can help: what waits for a time goes on by itself."""
    status = (await store.run(run)).status
    if status is RunStatus.SUSPENDED:
        return bool(signals.waiting(await store.rows(run)))
    return status.ended


def lines(entry: Entry) -> Iterator[Line]:
    match entry:
        case RunStarted(workflow=workflow, release=release):
            yield Line(f"{workflow} started by release {release}", "dim")
        case StepStarted(path=path) if _name(path) in _QUIET:
            pass
        case StepStarted(path=path):
            yield Line(f"{_DOING.get(_name(path), _name(path))} …", "dim")
        case StepCompleted(path=path, output=output):
            yield from _completed(_name(path), output)
        case StepFailed(failure=failure):
            yield Line(failure.sentence, "bad")
        case Recorded(name=name, value=value):
            yield from _recorded(name, value)
        case Suspended(path=path, waits_for=waits_for, until=until):
            late = f", until {until:%Y-%m-%d %H:%M} UTC" if until else ""
            yield Line(f"waits for a {waits_for.lower()} by a person{late} ({path})", "good")
        case Slept(until=until):
            yield Line(f"sleeps until {until:%Y-%m-%d %H:%M} UTC", "dim")
        case Woke(path=path):
            yield Line(f"{_name(path)}: the time has come", "dim")
        case RunParked(wake_at=wake_at, why=why):
            if why and wake_at:
                yield Line(f"waits until {wake_at:%H:%M:%S} UTC: {why}", "bad")
        case Resumed(by=by):
            yield Line(f"{by} answered")
        case Cancelled(by=by, reason=reason):
            yield Line(f"cancelled by {by}: {reason}", "bad")
        case RunCompleted():
            yield Line("completed", "good")
        case RunFailed(failure=failure):
            yield Line(f"failed: {failure.sentence}", "bad", failure.feedback)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _completed(step: str, output: JsonValue) -> Iterator[Line]:
    match step:
        case "prepare":
            case = Case.model_validate(output)
            where = f"{case.sandbox.kind} sandbox, network {case.sandbox.network}"
            yield Line(f"base {case.base_sha[:12]}: {case.baseline_summary} ({where})")
            if case.project != Project():
                yield Line(
                    f"detected {in_a_line(case.project, code=str)}", "dim", "\n".join(case.project.notes)
                )
        case "take_stock":
            now = Standing.model_validate(output)
            at = f"{now.head_sha[:12]} on {now.base_branch} at {now.base_sha[:12]}"
            yield Line(now.over or f"#{now.proposed.pull_request.number} at {at}")
        case "prove_again":
            now = Judged.model_validate(output)
            if now.proof:
                yield Line("it holds", "good")
            else:
                said = f"{now.stage}: {now.said}" if now.stage else f"cannot be judged: {now.said}"
                yield Line(said, "bad", now.feedback)
        case "plan":
            yield Line(f"plan: {Planned.model_validate(output).plan.cause}")
        case "check_red":
            now = Reproducing.model_validate(output)
            if now.red is None:
                yield Line(f"refused: {now.feedback.splitlines()[0]}", "bad")
            else:
                said = f"RED  {now.red.tests[0]} fails, {now.red.runs} of {now.red.runs} times"
                yield Line(said, "red", now.red.assertion)
        case "check_green":
            now = Repairing.model_validate(output)
            if now.green is None:
                yield Line(f"refused: {now.feedback.splitlines()[0]}", "bad")
            else:
                yield Line(f"GREEN  it passes, {now.green.runs} of {now.green.runs} times", "good")
        case "check_suite":
            now = Repairing.model_validate(output)
            if now.suite is not None:
                yield Line(f"nothing else broke: {now.suite.after}", "good")
            elif now.green is not None:
                yield Line(f"refused: {now.feedback.splitlines()[0]}", "bad")
        case "check_diagnostics":
            now = Repairing.model_validate(output)
            if now.diagnostics is not None and now.diagnostics.checkers:
                seen = now.diagnostics
                said = "have something new to say" if seen.counted else "say nothing new"
                asked = [
                    f"{one.tool} {one.version}".strip() for one in seen.checkers if one.state is State.RAN
                ]
                others = [f"{one.tool} {one.state}" for one in seen.checkers if one.state is not State.RAN]
                new = "\n".join(str(one.diagnostic) for one in seen.new)
                yield Line(f"the project's own checkers {said}: {', '.join(asked + others)}", "good", new)
            elif now.diagnostics is None and now.suite is not None and now.feedback:
                yield Line(f"refused: {now.feedback.splitlines()[0]}", "bad")
        case "check_controls":
            now = Repairing.model_validate(output)
            if now.controls is not None:
                seen = now.controls
                said = f"without the fix it fails again; {seen.killed} of {len(seen.mutants)} mutants noticed"
                yield Line(said, "good", "\n".join(f"not proven: {place}" for place in seen.unproven))
            elif now.suite is not None and (
                now.diagnostics or now.case.project.diagnostics is DiagnosticsMode.OFF
            ):
                yield Line(f"refused: {now.feedback.splitlines()[0]}", "bad")
        case "check_witness":
            told = Witnessing.model_validate(output)
            # What it is stays with the harness: who reads along may be who fixes.
            said = (
                "RED  an independent test fails as well" if told.red else "the independent test was refused"
            )
            yield Line(said, "red" if told.red else "dim")
        case "propose":
            proposed = Proposed.model_validate(output)
            yield Line(f"proposed: {proposed.pull_request.url or proposed.commit.branch}", "good")
        case _:
            pass


def _recorded(name: str, value: JsonValue) -> Iterator[Line]:
    kind, _, rest = name.partition(" ")
    if kind != "turn":
        return
    if " call " in f" {rest} ":
        result = ToolResult.model_validate(value)
        if result.failed and result.text:
            yield Line(f"  {result.text.splitlines()[0]}", "dim")
        if result.whole:
            yield Line(f"  all that it printed is kept as {result.whole.printed[:12]}: runs output", "dim")
        return
    for call in Turn.model_validate(value).tool_calls:
        yield Line(f"  {call.name} {_brief(call.arguments)}", "dim")


def _brief(arguments: str) -> str:
    import json

    try:
        values = json.loads(arguments)
    except ValueError:
        return ""
    if not isinstance(values, dict):
        return ""
    shown = [str(value).strip().splitlines() for value in values.values()]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return "  ".join(part[0][:60] for part in shown[:2] if part)
