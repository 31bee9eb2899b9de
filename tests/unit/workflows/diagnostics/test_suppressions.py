"""What tells a checker to be silent is known for what it is, and what only looks like it is not."""

from __future__ import annotations

import pytest

from tests.unit.workflows.diagnostics.trees import patch, tree
from workflows.proof.diagnostics.steering import steered
from workflows.proof.diagnostics.suppressions import new_silencers


def found(path: str, before: str, after: str) -> list[tuple[int, str, tuple[str, ...]]]:
    new = new_silencers(tree({path: before}), patch({path: after}))
    return [(one.line, one.text, one.tools) for one in new]


@pytest.mark.parametrize(
    ("path", "line", "tool"),
    [
        ("a.py", "import os  # noqa", "ruff"),
        ("a.py", "import os  # noqa: F401", "flake8"),
        ("a.py", "import os  # NOQA : F401 - why", "ruff"),
        ("a.py", "# ruff: noqa: F401", "ruff"),
        ("a.py", "# flake8: noqa", "flake8"),
        ("a.py", "x = f()  # type: ignore", "mypy"),
        ("a.py", "x = f()  # type:ignore[attr-defined]", "pyright"),
        ("a.py", "# mypy: ignore-errors", "mypy"),
        ("a.py", "# pyright: basic", "pyright"),
        ("a.py", "x = f()  # pyright: ignore[reportCallIssue]", "basedpyright"),
        ("a.py", "x = f()  # pylint: disable=all", "another checker"),
        ("a.py", "@typing.no_type_check\ndef f(): ...", "mypy"),
        ("a.js", "/* eslint-disable */", "eslint"),
        ("a.js", "f() // eslint-disable-line no-undef", "eslint"),
        ("a.js", "/* eslint no-undef: 0 */", "eslint"),
        ("a.js", "/* global missing */", "eslint"),
        ("a.ts", "// @ts-ignore", "tsc"),
        ("a.ts", "// @ts-expect-error it is so", "tsc"),
        ("a.js", "// @ts-nocheck", "tsc"),
        ("a.ts", "// biome-ignore lint: no", "another checker"),
        ("a.rs", "#[allow(clippy::all)]\nfn f() {}", "clippy"),
        ("a.rs", "#![allow(dead_code)]", "clippy"),
        ("a.rs", "#[expect(unused)]\nfn f() {}", "clippy"),
        ("a.rs", "#[cfg_attr(feature, allow(unused))]\nfn f() {}", "clippy"),
        ("A.java", '@SuppressWarnings("unchecked")\nclass A {}', "another checker"),
        ("a.go", "package a\n\nvar x = f() //nolint:errcheck", "another checker"),
        ("a.py", "def (:\n    x = f()  # type: ignore", "mypy"),
    ],
)
def test_each_is_known(path: str, line: str, tool: str) -> None:
    ((_, _, tools),) = found(path, "", f"{line}\n")
    assert tool in tools


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("a.py", 'x = "# noqa"'),
        ("a.py", "# we type: ignored keys are left out"),
        ("a.py", "x = 1  # the eslint config"),
        ("a.js", 'const x = "// eslint-disable-line"'),
        ("a.js", "// what eslinters do"),
        ("a.rs", "#[derive(Debug)]\nstruct A;"),
        ("A.java", "@Override\npublic void f() {}"),
        ("a.py", "@functools.cache\ndef f(): ..."),
        ("README.md", "# noqa"),
    ],
)
def test_what_only_looks_like_one_is_none(path: str, line: str) -> None:
    assert found(path, "", f"{line}\n") == []


def test_what_was_there_and_what_moves_is_not_new() -> None:
    before = "import os  # noqa: F401\nx = 1\n"
    assert found("a.py", before, f"y = 2\n\n{before}") == []
    base = tree({"a.py": before})
    assert new_silencers(base, patch({"a.py": None, "b.py": before})) == []


def test_a_second_one_and_one_that_hides_more_is_new() -> None:
    before = "import os  # noqa: F401\n"
    assert [line for line, *_ in found("a.py", before, f"{before}import re  # noqa: F401\n")] == [2]
    assert found("a.py", before, "import os  # noqa\n")[0][1] == "# noqa"


def test_what_steers_a_checker_is_known_by_the_checker() -> None:
    base = tree(
        {
            "pyproject.toml": "[project]\nname='x'\n[tool.ruff]\n[tool.mypy]\nstrict=true\n",
            "setup.cfg": "[flake8]\n[mypy-x.*]\nignore_errors=false\n",
            "package.json": '{"eslintConfig": {}}',
        }
    )
    fix = patch(
        {
            "pyproject.toml": "[project]\nname='y'\n[tool.ruff]\n[tool.mypy]\nstrict=false\n",
            "setup.cfg": "[flake8]\n[mypy-x.*]\nignore_errors=true\n",
            "package.json": '{"eslintConfig": {}, "version": "2.0.0"}',
            "api/.eslintrc.json": "{}",
            "web/tsconfig.app.json": "{}",
            "mypy.ini": "",
            "clippy.toml": "",
            "notes.md": "",
        }
    )
    assert {(one.file, one.tool) for one in steered(base, fix)} == {
        ("pyproject.toml", "mypy"),
        ("setup.cfg", "mypy"),
        ("api/.eslintrc.json", "eslint"),
        ("web/tsconfig.app.json", "tsc"),
        ("mypy.ini", "mypy"),
        ("clippy.toml", "clippy"),
    }
