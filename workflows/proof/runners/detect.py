"""Which runner a project needs."""

from __future__ import annotations

from workflows.errors import UserProblem
from workflows.proof.runners.port import Runner
from workflows.proof.runners.pytest import Pytest
from workflows.tree import Tree

RUNNERS: tuple[Runner, ...] = (Pytest(),)


def detect(tree: Tree) -> Runner:
    for runner in RUNNERS:
        if runner.fits(tree):
            return runner
    raise UserProblem("no test runner fits this project; Redfirst knows Python with pytest so far")


def named(name: str) -> Runner:
    return next(runner for runner in RUNNERS if runner.name == name)
