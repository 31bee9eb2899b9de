"""A proof of the little project of `scene`, as a run would have left it."""

from __future__ import annotations

from collections.abc import Mapping

from policies.patch import FileChange, Patch
from tests.unit.fakes import running
from tests.unit.workflows.scene import FILES, FIXED, NEW, TEST, honest
from workflows.ports.sandbox import SandboxFacts, SandboxSpec
from workflows.proof.controls import Controls, HunkSeen
from workflows.proof.green import Green, Unharmed
from workflows.proof.harness import Harness
from workflows.proof.red import Red
from workflows.proof.runners.pytest import Pytest
from workflows.proof.statement import Commands, Proof
from workflows.proof.suite import Suite
from workflows.tree import File, Tree

THE_TEST = Patch(changes=(FileChange(path="tests/test_new.py", content=TEST),))
THE_FIX = Patch(changes=(FileChange(path="shelf/pages.py", content=FIXED),))


def proof(**said: object) -> Proof:
    """As it is, but for what is said; the digests go with the patches unless they are said too."""
    about: dict[str, object] = {
        "run": "r1",
        "repository": "octo/reds",
        "issue": 7,
        "base_sha": "b" * 40,
        "head_sha": "c" * 40,
        "runner": "pytest",
        "commands": Commands(
            repro=("python", "-m", "pytest", "tests/test_new.py"), suite=("python", "-m", "pytest")
        ),
        "sandbox": SandboxFacts(kind="docker", image="python@sha256:abc", network="none"),
        "test": THE_TEST,
        "fix": THE_FIX,
        "red": Red(tests=(NEW,), files=("tests/test_new.py",), assertion="assert 1 == 2", runs=3),
        "green": Green(tests=(NEW,), runs=3),
        "suite": Unharmed(before="1 passed", after="2 passed", compared=1),
        "controls": Controls(
            reverted="1 failed", hunks=(HunkSeen(at="shelf/pages.py:2", proven=True),), mutants=()
        ),
        "release": "0.2.0",
        **said,
    }
    made = Proof.model_validate({"test_digest": "", "fix_digest": "", **about})
    digests = {"test_digest": made.test.digest(), "fix_digest": made.fix.digest()}
    return made.model_copy(update={name: value for name, value in digests.items() if name not in said})


def base(files: Mapping[str, str] = FILES) -> Harness:
    tree = Tree({path: File(text.encode()) for path, text in files.items()})
    return Harness(running(honest), SandboxSpec(run="verify"), tree, Suite(Pytest()))
