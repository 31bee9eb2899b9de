"""No agent and no gate lets a change through to what steers CI, ownership or git itself."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.rules import bundle
from policies.effects import PushCommit
from policies.facts import Facts, Permission
from policies.gate import Gate
from policies.patch import FileChange, Patch
from workflows.proof.integrity import author_objection, fixer_objection
from workflows.proof.runners.pytest import Pytest
from workflows.proof.suite import Suite
from workflows.tree import File, Tree

GATE = Gate(bundle())
ADMIN = Facts(actor="1", permission=Permission.ADMIN, is_bot=False, repository="octo/reds")
SUITE = Suite(Pytest())
TREE = Tree({".github/workflows/ci.yml": File(b""), "CODEOWNERS": File(b"")}, {"ci": ".github/workflows"})

STEERING = [
    ".github/workflows/ci.yml",
    ".github/workflows/new.yaml",
    ".github/actions/x/action.yml",
    ".github/CODEOWNERS",
    ".github/redfirst.yml",
    ".GITHUB/WORKFLOWS/CI.YML",
    ".GitHub/x",
    ".github",
    "CODEOWNERS",
    "codeowners",
    "CODEOWNERS/x",
    "docs/CODEOWNERS",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "Jenkinsfile",
    ".travis.yml",
]

UNSPEAKABLE = [
    ".github/../.github/workflows/ci.yml",
    "./.github/workflows/ci.yml",
    "x/../.github/workflows/ci.yml",
    ".github//workflows/ci.yml",
    ".github\\workflows\\ci.yml",
    "/.github/workflows/ci.yml",
    ".git\u200bhub/workflows/ci.yml",
    ".git/hooks/pre-commit",
    ".GIT/config",
    "git~1/config",
]


@pytest.mark.parametrize("path", STEERING)
@pytest.mark.parametrize("content", ["on: push", None], ids=["write", "delete"])
def test_the_gate_refuses_even_an_administrators_run(path: str, content: str | None) -> None:
    patch = Patch(changes=(FileChange(path="src/ok.py", content=""), FileChange(path=path, content=content)))
    push = PushCommit(
        key="k", repository="octo/reds", branch="redfirst/7", base_sha="b", message="m", patch=patch
    )
    decision = GATE.decide(push, ADMIN)
    assert not decision.allowed
    assert decision.rules == ("no-workflow-files",)


@pytest.mark.parametrize("path", STEERING)
def test_the_agents_are_told_no_long_before(path: str) -> None:
    assert fixer_objection(path, TREE, SUITE) is not None
    assert author_objection(path, TREE, SUITE) is not None


@pytest.mark.parametrize("path", UNSPEAKABLE)
def test_another_spelling_of_such_a_path_cannot_even_be_said(path: str) -> None:
    with pytest.raises(ValidationError):
        FileChange(path=path, content="")


def test_a_link_to_such_a_place_is_not_written_through() -> None:
    assert fixer_objection("ci/ci.yml", TREE, SUITE) == "ci is a file, so ci/ci.yml cannot be"


def test_a_change_cannot_rename_or_link() -> None:
    assert set(FileChange.model_fields) == {"path", "content"}
