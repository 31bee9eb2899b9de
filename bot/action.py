"""The CI intake: the job's event file goes through the same handlers and workflow, in one process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import socket
import sys
from collections.abc import Generator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot import settings as configuration
from bot.evidence import proof_of, proposal
from bot.messages import endings
from bot.models.keys import need_models
from bot.patience import to_rest
from bot.reacting.ground import Outcome
from bot.settings import Settings
from bot.store.port import Delivery, DeliveryState, NewDelivery, Store
from bot.wiring import Plant, plant, store_of
from workflows.case import Reproducing
from workflows.engine.entries import Row, RunFailed, StepCompleted
from workflows.engine.status import RunStatus
from workflows.errors import OperatorProblem
from workflows.registry import WORKFLOWS


class Job(BaseModel):
    """What the runner tells a job."""

    model_config = ConfigDict(frozen=True)

    event_name: str
    event_path: Path
    output: Path
    summary: Path
    delivery: str
    repository: str = ""
    actor: str = ""
    actor_id: int = 0


class Result(BaseModel):
    """The action's outputs."""

    model_config = ConfigDict(frozen=True)

    conclusion: str
    """proposed, completed, failed, ignored, or refused"""
    pr_url: str = ""
    repro_status: str = "none"
    """red when a repro test was seen to fail, else none"""
    said: str = ""
    passed: tuple[str, ...] = ()
    """Issues that the clock did not take, and why."""


def job() -> Job:
    def need(name: str) -> str:
        value = os.environ.get(name, "")
        if not value:
            raise OperatorProblem(f"{name} is not set: `redfirst action` runs inside a GitHub Actions job")
        return value

    return Job(
        event_name=need("GITHUB_EVENT_NAME"),
        event_path=Path(need("GITHUB_EVENT_PATH")),
        output=Path(need("GITHUB_OUTPUT")),
        summary=Path(need("GITHUB_STEP_SUMMARY")),
        delivery=f"{need('GITHUB_RUN_ID')}-{os.environ.get('GITHUB_RUN_ATTEMPT', '1')}",
        repository=os.environ.get("GITHUB_REPOSITORY", ""),
        actor=os.environ.get("GITHUB_ACTOR", ""),
        actor_id=int(os.environ.get("GITHUB_ACTOR_ID") or 0),
    )


async def act() -> int:
    from bot.breakers import Breakers
    from bot.github.guarded import GuardedForge

    here = job()
    settings = configuration.load()
    need_models(settings)
    breakers = Breakers()
    forge = GuardedForge(settings, breakers)
    async with (
        store_of(settings) as store,
        plant(settings, store, forge, breakers=breakers, in_job=True) as works,
    ):
        outcome = await works.reactions.to(await _delivery(store, here))
        for passed in outcome.passed:
            _tell_runner(f"passed over {passed}")
        result = await _go_on(settings, works, outcome)
    _write(here, result.model_copy(update={"passed": outcome.passed}))
    return 1 if result.conclusion == "failed" else 0


async def _delivery(store: Store, here: Job) -> Delivery:
    try:
        payload = await asyncio.to_thread(here.event_path.read_bytes)
    except OSError as error:
        raise OperatorProblem(f"the event file cannot be read: {error}") from error
    if here.event_name == "schedule":
        payload = _clock(here)
    await store.keep_delivery(NewDelivery(id=here.delivery, event=here.event_name, payload=payload))
    return await store.delivery(here.delivery)


def _clock(here: Job) -> bytes:
    """The clock sends no payload of use: the runner says where we are, and on whose behalf."""
    return json.dumps(
        {
            "repository": {"full_name": here.repository},
            "sender": {"id": here.actor_id, "login": here.actor, "type": "User"},
        }
    ).encode()


async def _go_on(settings: Settings, works: Plant, outcome: Outcome) -> Result:
    if not outcome.run:
        refused = outcome.state is DeliveryState.HANDLED and outcome.said.startswith("refused")
        return Result(conclusion="refused" if refused else "ignored", said=outcome.said)
    works.model.warm()
    with _no_commands():
        run = await works.store.run(outcome.run)
        status = await to_rest(
            WORKFLOWS.find(run.workflow),
            outcome.run,
            store=works.store,
            ports=works.ports,
            worker=socket.gethostname(),
            lease_seconds=settings.lease_seconds,
        )
    rows = await works.store.rows(outcome.run)
    proof = await proof_of(rows, works.blobs)
    opened = proposal(rows)
    return Result(
        conclusion=_conclusion(status, proposed=proof is not None),
        pr_url=opened.pull_request.url if opened else "",
        repro_status="red" if _saw_red(rows) else "none",
        said=_said(rows),
    )


def _conclusion(status: RunStatus | None, *, proposed: bool) -> str:
    if proposed and status in {RunStatus.SUSPENDED, RunStatus.COMPLETED}:
        return "proposed"
    return "completed" if status is RunStatus.COMPLETED else "failed"


def _saw_red(rows: list[Row]) -> bool:
    return any(
        isinstance(row.entry, StepCompleted)
        and row.entry.path.endswith("/check_red")
        and Reproducing.model_validate(row.entry.output).red is not None
        for row in rows
    )


def _said(rows: list[Row]) -> str:
    last = rows[-1].entry
    return last.failure.sentence if isinstance(last, RunFailed) else ""


@contextlib.contextmanager
def _no_commands() -> Generator[None]:
    """Until the token comes, the runner takes no line of the log for a command: some will be strangers'."""
    token = secrets.token_hex(16)
    _tell_runner(f"::stop-commands::{token}")
    try:
        yield
    finally:
        _tell_runner(f"::{token}::")


def _tell_runner(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _write(here: Job, result: Result) -> None:
    with here.output.open("a") as output:
        for name, value in (
            ("conclusion", result.conclusion),
            ("pr_url", result.pr_url),
            ("repro_status", result.repro_status),
        ):
            output.write(f"{name}={value}\n")
    with here.summary.open("a") as summary:
        summary.write(
            endings.job_summary(
                result.conclusion, result.pr_url, result.repro_status, result.said, result.passed
            )
        )
