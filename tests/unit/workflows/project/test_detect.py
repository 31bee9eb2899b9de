"""Who wins, and which project of several is meant."""

from __future__ import annotations

import pytest

from tests.unit.fakes import trigger
from tests.unit.workflows.project.made import found, said
from workflows.errors import UserProblem
from workflows.project import asked
from workflows.project.model import Claim, Project, Stack
from workflows.project.words import in_a_line
from workflows.trigger import Trigger

MONOREPO = {
    "services/api/pyproject.toml": '[project]\nname = "api"\n',
    "services/web/package.json": "{}",
    "services/web/packages/button/package.json": "{}",
    "tools/lint/Cargo.toml": "",
    "node_modules/left-pad/package.json": "{}",
    "examples/hello/go.mod": "",
    "tests/data/pom.xml": "",
}


def options(*said: tuple[str, str]) -> Trigger:
    return trigger().model_copy(update={"options": said})


def asking(*said: tuple[str, str]) -> Claim:
    return asked.claim_of(options(*said))


# --- who wins ---------------------------------------------------------------------------------------------


def test_a_comment_wins_over_the_file_the_container_and_what_was_recognised() -> None:
    files = {
        "package.json": "{}",
        ".devcontainer.json": '{"postCreateCommand": "make container"}',
        ".github/redfirst.yml": "setup: make file\ntest: make file-test\njunit: report.xml\n",
    }
    project = found(files, asked=asking(("setup", "make one"), ("setup", "make two"), ("test", "make check")))
    assert said(project) == ("make one", "make two", "make check")
    assert project.setup.source == project.test.source == "a comment by @maintainer"
    assert project.junit.value == ""  # it was the other command's


def test_what_a_comment_is_silent_about_stays() -> None:
    project = found({"package.json": '{"scripts": {"test": "jest"}}'}, asked=asking(("setup", "npm ci")))
    assert said(project) == ("npm ci", "npm test")
    assert project.test.source == "package.json"


def test_an_empty_set_up_says_that_there_is_nothing_to_set_up() -> None:
    project = found({"package.json": "{}"}, asked=asking(("setup", "")))
    assert project.setup.value == ()
    assert (
        in_a_line(project)
        == "Node with npm: nothing to set up (a comment by @maintainer), no test command found"
    )


def test_without_github_it_was_the_command_line() -> None:
    local = trigger().model_copy(update={"options": (("test", "x"),)})
    local = local.model_copy(update={"issue": local.issue.model_copy(update={"url": ""})})
    claim = asked.claim_of(local)
    assert claim.test is not None
    assert claim.test.source == "the command line"


def test_lines_of_a_person_bring_the_registries_of_the_programs_in_them() -> None:
    project = found(
        {"pyproject.toml": "[project]\n"}, asked=asking(("setup", "cd web && npm ci; cargo fetch"))
    )
    assert {host.value for host in project.hosts} == {
        *("pypi.org", "files.pythonhosted.org", "registry.npmjs.org", "index.crates.io", "static.crates.io"),
    }


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (("path", "../x"), "`--path` is a path inside the repository, such as packages/api"),
        (("path", "/etc"), "`--path` is a path inside"),
        (("setup", "x" * 3_000), "`--setup` is too long"),
        (("test", "pytest \u202e"), "`--test` is too long, or has characters in it that nobody can see"),
    ],
)
def test_what_cannot_be_meant_is_refused(said: tuple[str, str], sentence: str) -> None:
    with pytest.raises(UserProblem, match=sentence.replace("(", "\\(")):
        asking(said)


# --- which stack ------------------------------------------------------------------------------------------


def test_the_one_that_can_be_set_up_is_taken_of_two_and_the_other_is_noted() -> None:
    files = {"pyproject.toml": "[tool.ruff]\n", "package.json": '{"scripts": {"test": "jest"}}'}
    assert found(files).stack is Stack.NODE
    project = found({**files, "pyproject.toml": "[project]\n", "tests/test_a.py": ""})
    assert project.stack is Stack.PYTHON
    assert project.notes == (
        "there is Node (package.json) here too, which is not set up: `--setup` and `--test` say otherwise",
    )


@pytest.mark.parametrize("files", [{}, {"README.md": ""}, {"Makefile": ""}])
def test_what_is_not_recognised_is_said_so(files: dict[str, str]) -> None:
    project = found(files)
    assert project == Project()
    assert in_a_line(project) == "nothing that is known: nothing to set up, no test command found"


# --- which project of several -----------------------------------------------------------------------------


def test_the_root_is_meant_where_it_is_a_project() -> None:
    project = found({**MONOREPO, "go.mod": "module x\n"}, issue="services/web is broken")
    assert (project.path.value, project.stack) == ("", Stack.GO)


def test_the_only_one_is_meant() -> None:
    files = {name: text for name, text in MONOREPO.items() if not name.startswith(("services/web", "tools"))}
    project = found(files)
    assert (project.path.value, project.path.source) == ("services/api", "the only project here")
    assert project.setup_at == "services/api"


def test_one_that_the_issue_names_is_meant() -> None:
    project = found(MONOREPO, issue="In `services/web/src/a.ts` the total is wrong")
    assert (project.path.value, project.path.source) == ("services/web", "the issue, which names it")


@pytest.mark.parametrize(
    "issue", ["", "services/webby", "xservices/web", "services/web or services/api", "web"]
)
def test_who_asked_is_asked_where_nothing_is_evident(issue: str) -> None:
    with pytest.raises(UserProblem) as error:
        found(MONOREPO, issue=issue)
    assert error.value.sentence == (
        "there are 3 projects in this repository: services/api, services/web, tools/lint. Say which is "
        "meant with `--path=services/api` after the same command, or for good with `path: services/api` in "
        ".github/redfirst.yml"
    )


@pytest.mark.parametrize("path", ["services/web", "./services/web/", "services//web"])
def test_a_comment_says_which_is_meant(path: str) -> None:
    files = {**MONOREPO, ".github/redfirst.yml": "path: services/api"}
    project = found(files, asked=asking(("path", path)), issue="services/api")
    assert (project.path.value, project.path.source) == ("services/web", "a comment by @maintainer")


def test_a_folder_inside_a_project_can_be_meant_too() -> None:
    project = found(MONOREPO, asked=asking(("path", "services/web/packages/button")))
    assert project.path.value == "services/web/packages/button"


def test_a_folder_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(UserProblem) as error:
        found(MONOREPO, asked=asking(("path", "services/wbe")))
    assert error.value.sentence == (
        "there is no folder 'services/wbe', which a comment by @maintainer names; "
        "there are services/api, services/web, tools/lint"
    )


def test_whoever_says_how_to_set_up_and_test_means_the_root() -> None:
    assert found(MONOREPO, asked=asking(("setup", "make"), ("test", "make check"))).path.value == ""


def test_a_great_many_projects_are_not_all_named() -> None:
    with pytest.raises(UserProblem) as error:
        found({f"services/s{number}/go.mod": "" for number in range(5_000)})
    assert "and 990 more" in error.value.sentence
    assert len(error.value.sentence) < 500


# --- in words ---------------------------------------------------------------------------------------------


def test_a_project_is_said_in_a_line() -> None:
    project = found(
        {**MONOREPO, "services/api/uv.lock": ""},
        asked=asking(("path", "services/api"), ("test", "pytest -q")),
    )
    assert in_a_line(project) == (
        "Python with uv in `services/api`: set up by `uv sync --locked`, `uv pip install pytest` "
        "(services/api/uv.lock), tested by `pytest -q` (a comment by @maintainer)"
    )


def test_many_lines_are_not_all_said() -> None:
    project = found({}, asked=asking(*[("setup", f"make {number}") for number in range(9)]))
    assert "`make 3` and 5 more" in in_a_line(project)
