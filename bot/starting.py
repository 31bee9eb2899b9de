"""What a run begins with. Its id follows from its trigger's key, so the same trigger is the same run."""

from __future__ import annotations

import hashlib

from bot.release import release
from bot.store.port import NewRun
from policies.effects import StartRun
from workflows.engine import definition
from workflows.engine.entries import RunStarted
from workflows.registry import WORKFLOWS
from workflows.trigger import Trigger


def run_id(key: str) -> str:
    return "r" + hashlib.sha256(key.encode()).hexdigest()[:16]


def new_run(effect: StartRun, trigger: Trigger) -> NewRun:
    tree = WORKFLOWS.find(effect.workflow)
    stamped = trigger.model_copy(update={"release": release()})
    return NewRun(
        id=run_id(trigger.key),
        trigger=stamped,
        started=RunStarted(
            workflow=tree.name,
            definition=definition.digest(tree),
            release=release(),
            input=stamped.model_dump(mode="json"),
        ),
    )
