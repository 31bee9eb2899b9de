"""`redfirst prove`: a change in a repository on this machine, held to the rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli.app import app
from bot.local import proving
from bot.sandboxes.memory import MemorySandboxes
from tests.unit.bot.little_repository import commit, judged_by, repository
from tests.unit.bot.test_local_forge import run
from tests.unit.fakes import running
from tests.unit.workflows.scene import EASY, FILES, FIXED, NEW, OLD, RED, TEST, honest
from workflows.proof.statement import Proof

ALL = ["change", "base", "red", "green", "suite", "diagnostics", "controls"]
CONFIGURED = {**FILES, ".github/redfirst.yml": '{"setup": []}\n'}


@pytest.fixture(autouse=True)
def sandboxes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MemorySandboxes:
    return judged_by(proving, monkeypatch, tmp_path / "data")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """With the bug on main, and a branch of somebody who mended it checked out."""
    root = repository(tmp_path)
    commit(root, CONFIGURED)
    run(root, "checkout", "-q", "-b", "mended")
    commit(root, {"shelf/pages.py": FIXED, "tests/test_new.py": TEST})
    return root


def prove(repo: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["prove", "--repo", str(repo), *options])


def said(repo: Path, *options: str) -> dict[str, Any]:
    return json.loads(prove(repo, "--json", *options).stdout)


def test_an_honest_change_is_proven_trial_by_trial(repo: Path, sandboxes: MemorySandboxes) -> None:
    done = prove(repo)
    assert done.exit_code == 0, done.output
    *lines, last = done.stdout.splitlines()
    assert [line.split()[1].rstrip(":") for line in lines] == ALL
    assert "test tests/test_new.py; fix shelf/pages.py" in lines[0]
    assert last == "proven"
    assert sandboxes.boxes == {}


def test_a_trial_is_a_line_however_many_an_assertion_has(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = RED.replace("E   assert 1 == 2\n", "E   assert 1 == 2\nE     \nE     and more of it\n")
    boxes = running(
        lambda files, wanted: {
            test: long if seen is RED else seen for test, seen in honest(files, wanted).items()
        }
    )
    judged_by(proving, monkeypatch, tmp_path / "data", boxes)
    assert "✓ red: 3 of 3 runs fail: assert 1 == 2\n✓ green" in prove(repo).stdout


def test_a_program_gets_every_trial(repo: Path) -> None:
    told = said(repo)
    assert told["ok"] is True
    assert [(trial["name"], trial["holds"]) for trial in told["trials"]] == [(name, True) for name in ALL]


def test_the_proof_is_kept_where_it_is_wanted(repo: Path, tmp_path: Path) -> None:
    out = tmp_path / "proof.json"
    prove(repo, "--out", str(out))
    proof = Proof.model_validate_json(out.read_bytes())
    assert proof.base_sha == run(repo, "rev-parse", "main")
    assert proof.head_sha == run(repo, "rev-parse", "mended")


def test_where_it_cannot_be_kept_is_said(repo: Path, tmp_path: Path) -> None:
    done = prove(repo, "--out", str(tmp_path))
    assert done.exit_code == 1
    assert f"{tmp_path} cannot be written: Is a directory" in done.stderr


def test_a_change_without_a_test_that_fails_before_is_not_proven(repo: Path, tmp_path: Path) -> None:
    commit(repo, {"tests/test_new.py": EASY})
    out = tmp_path / "proof.json"
    done = prove(repo, "--out", str(out))
    assert done.exit_code == 1
    assert "✗ red: the test passes on the unfixed code" in done.stdout
    assert done.stdout.endswith("not proven\n")
    assert not out.exists()


def test_what_the_base_has_gained_since_is_no_part_of_the_change(repo: Path) -> None:
    forked = run(repo, "rev-parse", "main")
    run(repo, "checkout", "-q", "main")
    commit(repo, {"notes.md": "later"})
    told = said(repo, "--head", "mended")
    assert told["ok"] is True
    assert told["trials"][0]["said"].startswith(forked[:12])


def test_a_change_that_adds_nothing_to_its_base_is_said_to(repo: Path) -> None:
    done = prove(repo, "--head", "main")
    assert done.exit_code == 1
    assert "main adds no commit to its base" in done.stderr


def test_a_base_that_nobody_can_guess_is_asked_for(repo: Path) -> None:
    run(repo, "branch", "-q", "-m", "main", "devel")
    assert "name the base with --base" in prove(repo).stderr
    assert said(repo, "--base", "devel")["ok"] is True


@pytest.mark.parametrize("name", ["nowhere", "--output=x", "main:shelf"])
def test_a_name_that_git_does_not_know_is_a_sentence(repo: Path, name: str) -> None:
    done = prove(repo, "--base", name)
    assert done.exit_code == 1
    assert done.stderr.startswith("redfirst: ")
    assert "Traceback" not in done.stderr


def test_the_issue_is_the_text_of_a_file(repo: Path, tmp_path: Path) -> None:
    issue = tmp_path / "issue.md"
    issue.write_text("It rounds down.")
    assert said(repo, "--issue", str(issue))["ok"] is True
    assert "cannot be read as text" in prove(repo, "--issue", str(tmp_path)).stderr


def test_a_test_cannot_steer_the_terminal_by_what_it_prints(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = RED.replace("assert 1 == 2", "assert 1 == 2\x1b]0;owned\x07")
    boxes = running(lambda files, wanted: {**honest(files, wanted), NEW: evil} if wanted else {OLD: "passed"})
    judged_by(proving, monkeypatch, tmp_path / "data", boxes)
    done = prove(repo)
    assert "✗ green: the repro test still fails" in done.stdout
    assert "owned" in done.stdout
    assert "\x1b" not in done.stdout
