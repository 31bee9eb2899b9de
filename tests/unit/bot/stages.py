"""What a run knows at each stage, for tests of what shows it."""

from __future__ import annotations

from policies.patch import FileChange, Patch
from tests.unit.fakes import trigger
from workflows.agents.roles import Plan
from workflows.case import Case, Planned, Repairing, Repro, Reproducing
from workflows.ports.sandbox import SandboxFacts
from workflows.proof.green import Green, Unharmed
from workflows.proof.red import Red

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
