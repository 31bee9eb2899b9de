"""Imports point one way, nobody else claims our names, and a checkout that we stand in is never imported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "workflows", "policies")
SCRIPTS = Path(sys.executable).parent
HEAVY = ("litellm", "githubkit", "fastapi", "sqlalchemy", "docker", "mcp", "nats")


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(SCRIPTS / "lint-imports"), "--no-cache"],
        cwd=root,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(root), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_imports_point_one_way() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "imports point one way KEPT" in done.stdout


@pytest.mark.parametrize(
    ("inner", "outer"), [("policies", "workflows"), ("workflows", "handlers"), ("handlers", "bot")]
)
def test_an_import_that_points_outward_is_found(inner: str, outer: str, tmp_path: Path) -> None:
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert lint(tmp_path).returncode == 0
    (tmp_path / inner / "slip.py").write_text(f"def later():\n    import {outer}\n")
    done = lint(tmp_path)
    assert done.returncode != 0
    assert f"{inner} is not allowed to import {outer}" in done.stdout


def test_no_dependency_claims_one_of_our_names() -> None:
    claimed = metadata.packages_distributions()
    for package in PACKAGES:
        assert set(claimed.get(package, ["redfirst"])) == {"redfirst"}


def test_no_folder_of_the_environment_hides_one_of_our_names() -> None:
    import importlib

    for package in PACKAGES:
        file = importlib.import_module(package).__file__
        assert file is not None
        assert Path(file).is_relative_to(ROOT)
    assert not [
        path
        for path in sys.path
        if "site-packages" in path and any((Path(path) / name).is_dir() for name in PACKAGES)
    ]


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A checkout that has our names, and says so wherever it is imported from."""
    for package in (*PACKAGES, "typer", "pydantic", "json"):
        (tmp_path / package).mkdir()
        says_so = f"pathlib.Path({str(tmp_path)!r}, 'imported').write_text({package!r})"
        (tmp_path / package / "__init__.py").write_text(f"import pathlib\n{says_so}\nraise SystemExit(66)\n")
    return tmp_path


def test_a_checkout_that_we_are_started_in_is_not_imported(hostile: Path) -> None:
    done = subprocess.run(
        [str(SCRIPTS / "redfirst"), "version"],
        cwd=hostile,
        env={"PATH": os.environ["PATH"], "HOME": str(hostile)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout.split()[:1]) == (0, ["redfirst"]), done.stderr
    assert not (hostile / "imported").exists()


def test_such_a_checkout_would_be_imported_by_a_module_run(hostile: Path) -> None:
    # Why we start through a console script and never by `python -m bot`.
    done = subprocess.run(
        [sys.executable, "-m", "bot"], cwd=hostile, env={"PATH": os.environ["PATH"]}, check=False, timeout=60
    )
    assert done.returncode == 66
    assert (hostile / "imported").read_text() == "bot"


def test_what_is_heavy_is_not_imported_before_it_is_needed() -> None:
    said = f"import bot.cli.app, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_nothing_inside_reaches_for_the_world_by_itself() -> None:
    """The inner packages do no input or output of their own: what they need comes through a port."""
    import ast

    forbidden = {
        "socket",
        "subprocess",
        "urllib",
        "http",
        "httpx",
        "requests",
        "sqlite3",
        "shutil",
        "tempfile",
        "os",
    }
    found: list[str] = []
    for package in PACKAGES[1:]:
        for file in (ROOT / package).rglob("*.py"):
            if file.parent.name == "kit":
                continue  # put beside the workspace of a sandbox, and run nowhere else
            for node in ast.walk(ast.parse(file.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
                found += [f"{file.name}: {name}" for name in names if name.partition(".")[0] in forbidden]
    # It takes text apart, and opens nothing.
    assert [one for one in found if not one.endswith(": urllib.parse")] == []


def test_the_rules_know_no_clock_and_no_chance() -> None:
    text = "\n".join(file.read_text() for file in (ROOT / "policies").rglob("*.py"))
    assert not [
        name for name in ("import time", "datetime", "import random", "secrets", "open(") if name in text
    ]
