"""What a run knows at each stage, for tests of what shows it."""

from __future__ import annotations

from policies.effects import CommitRef, PullRequestRef
from policies.patch import FileChange, Patch
from tests.unit.fakes import trigger
from workflows.agents.roles import Plan
from workflows.case import Case, Planned, Proposed, Repairing, Repro, Reproducing, Standing
from workflows.engine.entries import Entry, StepCompleted, StepStarted
from workflows.ports.sandbox import SandboxFacts
from workflows.proof.green import Green, Unharmed
from workflows.proof.red import Red
from workflows.trigger import Trigger

OURS = "c" * 40
AGAIN = "reverify/state/again"
TEST = "tests/test_new.py::test_it"
RED = Red(tests=(TEST,), files=("tests/test_new.py",), assertion="assert 1 == 2", runs=3)
PLAN = Plan(cause="it rounds down", test="eleven need two", fix="round up")
PATCH = Patch(changes=(FileChange(path="tests/test_new.py", content="test"),))


def case(archive: str = "a" * 64) -> Case:
    return Case(
        trigger=trigger(),
        base_branch="main",
        base_sha="b" * 40,
        branch="redfirst/7-total-is-off-by-one",
        archive=archive,
        runner="pytest",
        baseline="d" * 64,
        baseline_summary="9 passed",
        suite_command=("python", "-m", "pytest"),
        sandbox=SandboxFacts(kind="docker", image="python", network="none"),
    )


def planned() -> Planned:
    return Planned(case=case(), plan=PLAN)


def reproducing(*, red: bool = False, feedback: str = "") -> Reproducing:
    return Reproducing(case=case(), plan=PLAN, red=RED if red else None, feedback=feedback)


def repairing(*, green: bool = False, suite: bool = False, feedback: str = "") -> Repairing:
    return Repairing(
        case=case(),
        plan=PLAN,
        repro=Repro(test=PATCH, shows="x", red=RED, command=("python", "-m", "pytest")),
        green=Green(tests=(TEST,), runs=3) if green else None,
        suite=Unharmed(before="9 passed", after="10 passed", compared=9) if suite else None,
        feedback=feedback,
    )


def proposed(number: int = 8, proof: str = "d" * 64) -> Proposed:
    return Proposed(
        case=case(),
        commit=CommitRef(ref="c", sha=OURS, branch=f"redfirst/{number - 1}-total"),
        pull_request=PullRequestRef(ref=str(number), number=number),
        proof=proof,
    )


def proves_again(trigger: Trigger, left: Proposed, head: str, base: str = "b" * 40) -> list[Entry]:
    """What a run has written that looks at these two commits, and has begun its check."""
    seen = Standing(trigger=trigger, proposed=left, head_sha=head, base_branch="main", base_sha=base)
    taken = StepCompleted(path="reverify/take_stock", output=seen.model_dump(mode="json"))
    return [taken, StepStarted(path=f"{AGAIN}/show_begun")]
