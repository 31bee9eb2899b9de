"""What the key of an environment depends on, and what a sandbox is asked to run."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.workflows.project.made import tree
from workflows.project.detect import detect
from workflows.project.environment import environment_key, inside, set_up_of
from workflows.project.model import Claim, Lines, Project

UV = {"pyproject.toml": "[project]\n", "uv.lock": "a", "src/x.py": "1", "README.md": ""}


def key(files: Mapping[str, str], image: str = "python:3.12", setup: tuple[str, ...] | None = None) -> str:
    asked = Claim(setup=None if setup is None else Lines(value=setup))
    return environment_key(image, tree(files), detect(tree(files), asked=asked))


def test_the_same_is_the_same() -> None:
    assert key(UV) == key(dict(reversed(UV.items())))


def test_code_and_documents_change_nothing() -> None:
    assert key(UV) == key({**UV, "src/x.py": "2", "src/y.py": "", "README.md": "more"})


@pytest.mark.parametrize(
    "other",
    [
        {"uv.lock": "b"},
        {"pyproject.toml": "[project]\nname = 'x'\n"},
        {".python-version": "3.12"},
        {"requirements-dev.txt": ""},
    ],
)
def test_one_byte_of_a_manifest_is_another_environment(other: dict[str, str]) -> None:
    assert key(UV) != key({**UV, **other})


def test_another_image_or_line_is_another_environment() -> None:
    assert len({key(UV), key(UV, "python:3.13"), key(UV, setup=("make",)), key(UV, setup=("make", "x"))}) == 4


def test_lines_do_not_run_into_each_other() -> None:
    assert key({}, setup=("a", "b")) != key({}, setup=("a b",)) != key({}, setup=("a\nb",))


def test_the_folder_is_part_of_it() -> None:
    at = {f"{folder}/go.mod": "module x\n" for folder in ("a", "b")}
    one = Project(setup=Lines(value=("go mod download",)), setup_at="a")
    other = one.model_copy(update={"setup_at": "b"})
    assert environment_key("", tree(at), one) != environment_key("", tree(at), other)


def test_a_script_that_set_up_runs_is_part_of_it() -> None:
    files = {**UV, "scripts/deps.sh": "one"}
    lines = ("sh ./scripts/deps.sh --fast",)
    assert key(files, setup=lines) != key({**files, "scripts/deps.sh": "two"}, setup=lines)


def test_the_manifest_of_every_member_of_a_workspace_is_part_of_it() -> None:
    files = {"Cargo.toml": "[workspace]\n", "a/Cargo.toml": "", "a/src/lib.rs": ""}
    assert key(files) == key({**files, "a/src/lib.rs": "x"}) != key({**files, "a/Cargo.toml": "x"})


def test_a_set_up_has_lines_hosts_and_time() -> None:
    setup = set_up_of(detect(tree(UV)), tree(UV), "python:3.12")
    assert setup is not None
    assert setup.commands == ("uv sync --locked", "uv pip install pytest")
    assert setup.hosts == ("pypi.org", "files.pythonhosted.org")
    assert setup.key == key(UV)
    assert setup.seconds == 900


def test_nothing_to_set_up_is_no_set_up() -> None:
    assert set_up_of(detect(tree({"a.py": ""})), tree({}), "") is None


@pytest.mark.parametrize(
    "line",
    [
        "pwd",
        'echo "it\'s" > /dev/null; pwd',
        "pwd # (not this)",
        "false || pwd",
        "cd . && pwd",
        "if :; then\npwd\nfi",
    ],
)
def test_a_line_runs_in_its_folder_whatever_is_in_it(line: str, tmp_path: Path) -> None:
    folder = tmp_path / "it's (a) folder"
    folder.mkdir()
    together = f"{inside(folder.name, line)} && pwd"
    ran = subprocess.run(["sh", "-c", together], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines() == [str(folder), str(tmp_path)]


def test_a_folder_that_is_gone_fails_the_line(tmp_path: Path) -> None:
    assert subprocess.run(["sh", "-c", inside("gone", "true || true")], cwd=tmp_path, check=False).returncode
