"""Which runner a project gets: what it says wins, and what is not known is told how to say it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.workflows import kits
from workflows.errors import UserProblem
from workflows.project.config import PLACE
from workflows.project.detect import detect
from workflows.project.model import Project, Stack, Text
from workflows.proof.runners.detect import named, runner_for, runners

PYTHON = {"pyproject.toml": "", "shelf.py": "", "tests/test_shelf.py": "def test_it(): pass\n"}
RUST = {"Cargo.toml": '[package]\nname = "shelf"\n', "src/lib.rs": ""}
GO = {"go.mod": "module example.org/shelf\n", "shelf_test.go": ""}
MAVEN = {"pom.xml": "<project/>"}
GRADLE = {"build.gradle": ""}
OTHER = {"Makefile": "test:\n", "shelf.c": ""}


def yml(**said: str) -> dict[str, str]:
    return {PLACE: "".join(f"{key}: {value}\n" for key, value in said.items())}


@pytest.mark.parametrize(
    ("files", "name"),
    [
        (PYTHON, "pytest"),
        ({**PYTHON, **yml(test="python -m unittest")}, "unittest"),
        (RUST, "cargo"),
        (GO, "go"),
        (MAVEN, "maven"),
        (GRADLE, "gradle"),
        ({**PYTHON, **yml(test="make check")}, "pytest"),
        ({**OTHER, **yml(test="make check", junit="reports/*.xml")}, "configured"),
        ({**PYTHON, **yml(test="pytest --junitxml=a.xml", junit="a.xml")}, "configured"),
        ({**MAVEN, **GRADLE, **yml(test="gradle test")}, "gradle"),
        ({**MAVEN, **GRADLE}, "maven"),
    ],
)
def test_a_project_gets_the_runner_that_it_says_or_shows(files: dict[str, str], name: str) -> None:
    tree = kits.tree_of(files)
    assert runner_for(detect(tree), tree).name == name


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (OTHER, ["no test runner fits this project: ", f"with `test` and `junit` in {PLACE}"]),
        (
            {**OTHER, **yml(test="make check")},
            ["which is tested by `make check`", f"with `junit` in {PLACE}", "`junit: reports/*.xml`"],
        ),
    ],
)
def test_a_project_that_nothing_fits_is_told_what_to_write(
    files: dict[str, str], said: Sequence[str]
) -> None:
    tree = kits.tree_of(files)
    with pytest.raises(UserProblem) as refused:
        runner_for(detect(tree), tree)
    for part in said:
        assert part in refused.value.sentence


def test_a_runner_is_found_again_by_its_name_and_made_of_the_same_project() -> None:
    project = Project(
        stack=Stack.RUST,
        test=Text(value="cargo test --all-features"),
        junit=Text(value="reports/*.xml", source=PLACE),
    )
    for runner in runners(project):
        assert named(runner.name, project).name == runner.name
    tree = kits.tree_of(RUST)
    assert named("cargo", project) == runner_for(project.model_copy(update={"junit": Text()}), tree)
    assert named("configured", project) == runner_for(project, tree)
    with pytest.raises(UserProblem, match="no test runner that is called 'nonsense'"):
        named("nonsense", project)


def test_every_runner_has_a_name_of_its_own() -> None:
    names = [runner.name for runner in runners(Project())]
    assert len(set(names)) == len(names) == 11
