"""`redfirst project show`: what is detected in a repository on this machine, and from where."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.app import app
from workflows.project.model import Project

FILES = {
    "pyproject.toml": '[project]\nname = "shelf"\nrequires-python = ">=3.12"\n',
    "uv.lock": "",
    "shelf.py": "",
    ".github/redfirst.yml": "image: python:3.12\nlimits: {pids: 64}\n",
    "web/package.json": "{}",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "shelf"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    commit(root, "init", "-q", "-b", "main")
    return root


def commit(root: Path, *before: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = ["-c", "user.name=dev", "-c", "user.email=dev@localhost"]
    for command in (before, ("add", "-A"), ("commit", "-q", "-m", "x")):
        if command:
            subprocess.run(["git", *who, "-C", str(root), *command], check=True, env=environment)


def show(root: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["project", "show", "--repo", str(root), *options])


def test_each_value_stands_beside_where_it_was_read(repo: Path) -> None:
    assert show(repo).stdout.splitlines() == [
        "project  Python with uv >=3.12",
        "path     .",
        "set-up   uv sync --locked   (uv.lock)",
        "set-up   uv pip install pytest   (uv.lock)",
        "test     python -m pytest   (what is usual)",
        "host     pypi.org   (uv)",
        "host     files.pythonhosted.org   (uv)",
        "witness  off   (what is usual)",
        "checkers required   (what is usual)",
        "limit    pids 64",
        "note     the image python:3.12 of .github/redfirst.yml may not be used here, so the usual one is; "
        "whoever runs this bot can allow it",
    ]


def test_what_the_operator_has_set_is_the_least(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / ".github" / "redfirst.yml").write_text("witness: advisory\ndiagnostics: off\n")
    commit(repo)
    lines = show(repo).stdout.splitlines()
    assert "witness  advisory   (.github/redfirst.yml)" in lines
    assert "checkers off   (.github/redfirst.yml)" in lines
    monkeypatch.setenv("REDFIRST_WITNESS", "off")
    monkeypatch.setenv("REDFIRST_DIAGNOSTICS", "required")
    lines = show(repo).stdout.splitlines()
    assert "witness  advisory   (.github/redfirst.yml)" in lines
    assert "checkers required   (whoever runs this bot)" in lines
    note = "asks for `diagnostics: off`, and whoever runs this bot for `required`, which counts"
    assert f"note     .github/redfirst.yml {note}" in lines


def test_what_is_said_on_the_command_line_wins(repo: Path) -> None:
    said = show(repo, "--path", "web", "--setup", "make one", "--setup", "make two", "--test", "make test")
    assert said.stdout.splitlines()[:5] == [
        "project  Node with npm",
        "path     web   (the command line)",
        "set-up   (cd -- web && exec sh -c 'make one')   (the command line)",
        "set-up   (cd -- web && exec sh -c 'make two')   (the command line)",
        "test     make test   (the command line)",
    ]
    told = "note     no test runner fits a project of Node, which is tested by `make test`: "
    assert told in said.stdout


def test_a_program_gets_the_project_as_it_is(repo: Path) -> None:
    project = Project.model_validate_json(show(repo, "--json").stdout)
    assert project.setup.source == "uv.lock"


def test_only_what_is_committed_counts(repo: Path) -> None:
    (repo / ".github" / "redfirst.yml").write_text("tets: x\n")
    assert show(repo).exit_code == 0
    commit(repo)
    said = show(repo)
    assert said.exit_code == 1
    assert ".github/redfirst.yml: line 1: `tets` is no key; did you mean `test`?" in said.stderr


def test_a_mistake_is_json_too(repo: Path) -> None:
    said = show(repo, "--json", "--path", "wbe")
    assert said.exit_code == 1
    assert '"ok": false' in said.stdout
    assert "there is no folder 'wbe', which the command line names" in said.stdout


def test_what_is_no_repository_is_said_so(tmp_path: Path) -> None:
    assert "is not the top of a git repository" in show(tmp_path).stderr


def test_escapes_of_a_terminal_are_not_printed(repo: Path) -> None:
    (repo / "uv.lock").unlink()
    (repo / ".devcontainer.json").write_text('{"postCreateCommand": "echo \\ta"}')
    commit(repo)
    assert "echo �a" in show(repo).stdout
