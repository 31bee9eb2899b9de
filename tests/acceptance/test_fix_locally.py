"""`redfirst fix --repo`: a branch and a proof, and no GitHub at all."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from bot.demo.scene import demo_issue, demo_script, project_files
from bot.models.scripted import scripted
from tests.services.warm import warm
from workflows.proof.statement import Proof

REDFIRST = str(Path(sys.executable).with_name("redfirst"))


@pytest.fixture
async def model() -> AsyncGenerator[str]:
    async with scripted(demo_script(), pause=0.2) as url:
        yield url


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "shelf"
    for path, content in project_files().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    (tmp_path / "bug.md").write_text(demo_issue())
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        _git(root, *command)
    return root


def _git(root: Path, *arguments: str) -> str:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        env={**os.environ, **who, "GIT_COMMITTER_EMAIL": "a@b"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


async def _start(
    program: Sequence[str], repo: Path, model: str, *arguments: str
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(*program, "fix", "--repo", str(repo), "--issue", str(repo.parent / "bug.md")),
        *("--model", "openai/scripted", *arguments),
        env={
            **os.environ,
            "REDFIRST_DATA_DIR": str(repo.parent / "data"),
            "REDFIRST_MODEL_API_BASE": model,
            "REDFIRST_MODEL_API_KEY": "none",
            "REDFIRST_SANDBOX": "process",
            "REDFIRST_LEASE_SECONDS": "2",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_an_issue_file_becomes_a_branch_with_its_proof(repo: Path, model: str) -> None:
    before = _git(repo, "status", "--porcelain"), _git(repo, "rev-parse", "HEAD")
    fixing = await _start([REDFIRST], repo, model, "--test", "python -m pytest -q")
    out, err = await fixing.communicate()
    assert fixing.returncode == 0, err.decode()
    said = out.decode()
    assert "tested by python -m pytest -q (the command line)" in said
    assert "RED  tests/test_last_page.py" in said
    assert "GREEN" in said
    (branch,) = _git(repo, "branch", "--list", "redfirst/*", "--format=%(refname:short)").splitlines()
    changed = _git(repo, "diff", "--name-only", "main", branch).splitlines()
    assert changed == ["shelf/pages.py", "tests/test_last_page.py"]
    assert (_git(repo, "status", "--porcelain"), _git(repo, "rev-parse", "HEAD")) == before


async def test_stopped_half_way_the_same_command_goes_on_where_it_stopped(repo: Path, model: str) -> None:
    fixing = await _start(warm(), repo, model)
    assert fixing.stdout is not None
    while b"plan:" not in await fixing.stdout.readline():
        pass
    fixing.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(fixing.communicate(), 20)
    assert fixing.returncode == 130
    assert b"Traceback" not in err
    other = await _start(warm(), repo, model, "--setup", "make deps")
    _, err = await other.communicate()
    assert other.returncode == 1
    assert b"was begun with other options and stopped half-way" in err
    again = await _start(warm(), repo, model, "--json")
    out, err = await again.communicate()
    assert again.returncode == 0, err.decode()
    result = json.loads(out)
    assert result["ok"]
    runs = await _redfirst(repo, "runs", "list", "--json")
    assert len(runs.splitlines()) == 1
    proof = Proof.model_validate_json(await _redfirst(repo, "runs", "show", result["run"], "--proof"))
    assert proof.head_sha == result["commit"]
    shown = await _redfirst(repo, "runs", "show", result["run"])
    assert shown.count("plan: page_count rounds down") == 1
    assert "+    return -(-len(items) // per_page)" in await _redfirst(
        repo, "runs", "show", result["run"], "--diff"
    )


async def _redfirst(repo: Path, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(*warm(), *arguments),
        env={**os.environ, "REDFIRST_DATA_DIR": str(repo.parent / "data")},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()
