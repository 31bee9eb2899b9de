"""Which checkers a project has is read from its own files, nearest to what is fixed; nothing is run."""

from __future__ import annotations

import pytest

from tests.unit.workflows.diagnostics.said import said
from tests.unit.workflows.diagnostics.trees import patch, tree
from workflows.proof.diagnostics.checker import Checker
from workflows.proof.diagnostics.configured import checkers_of


def only(files: dict[str, str], *fixed: str, beside: tuple[str, ...] = ()) -> Checker:
    (one,) = checkers_of(tree(files), fixed, beside)
    return one


@pytest.mark.parametrize(
    ("name", "text", "fixed", "tool"),
    [
        ("pyproject.toml", "[tool.ruff]\n", "a.py", "ruff"),
        ("pyproject.toml", "[tool.ruff.lint]\nselect = []\n", "a.py", "ruff"),
        ("ruff.toml", "", "a.py", "ruff"),
        (".ruff.toml", "", "a.pyi", "ruff"),
        (".flake8", "[flake8]\n", "a.py", "flake8"),
        ("setup.cfg", "[flake8]\nmax-line-length = 9\n", "a.py", "flake8"),
        ("tox.ini", "[tox]\n[flake8]\n", "a.py", "flake8"),
        ("pyproject.toml", "[tool.mypy]\n", "a.py", "mypy"),
        ("mypy.ini", "", "a.py", "mypy"),
        (".mypy.ini", "[mypy]\n", "a.py", "mypy"),
        ("setup.cfg", "[mypy]\nstrict = true\n", "a.py", "mypy"),
        ("pyrightconfig.json", "{}", "a.py", "pyright"),
        ("pyproject.toml", "[tool.pyright]\n", "a.py", "pyright"),
        ("pyproject.toml", "[tool.basedpyright]\n", "a.py", "basedpyright"),
        ("eslint.config.mjs", "export default []", "a.ts", "eslint"),
        (".eslintrc", "{}", "a.js", "eslint"),
        (".eslintrc.json", "{}", "a.jsx", "eslint"),
        ("package.json", '{"eslintConfig": {}}', "a.cjs", "eslint"),
        ("tsconfig.json", "{}", "a.tsx", "tsc"),
        ("go.mod", "module x\n", "a.go", "go vet"),
    ],
)
def test_a_tool_is_known_by_its_configuration(name: str, text: str, fixed: str, tool: str) -> None:
    found = only({name: text, fixed: ""}, fixed)
    assert (found.name, found.source, found.folder) == (tool, name, "")


@pytest.mark.parametrize(
    "files",
    [
        {"clippy.toml": "", "Cargo.toml": ""},
        {"Cargo.toml": "[lints.clippy]\nall = 'warn'\n"},
        {"Cargo.toml": "[workspace.lints.clippy]\nall = 'warn'\n"},
        {"Cargo.toml": "", "rust-toolchain.toml": '[toolchain]\ncomponents = ["clippy"]\n'},
    ],
)
def test_clippy_is_asked_where_a_project_speaks_of_it(files: dict[str, str]) -> None:
    assert only({**files, "src/lib.rs": ""}, "src/lib.rs").name == "clippy"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"pyproject.toml": "[project]\nname = 'ruff'\n", "setup.cfg": "[metadata]\n"},
        {"pyproject.toml": "[tool.ruff\n"},
        {"package.json": "{}", "Cargo.toml": "[package]\nname = 'x'\n"},
        {"package.json": "[" * 9_000, "tox.ini": "\0"},
        {"below/ruff.toml": "", "below/tsconfig.json": "{}"},
    ],
)
def test_without_any_there_is_none(files: dict[str, str]) -> None:
    assert checkers_of(tree(files), ["a.py", "a.js", "a.rs"]) == ()


def test_what_the_fix_brings_is_not_asked() -> None:
    base = tree({"a.py": ""})
    fix = patch({"ruff.toml": "", "a.py": "x = 1\n"})
    assert checkers_of(base, fix.paths()) == ()


def test_who_has_nothing_to_do_with_a_language_is_not_asked() -> None:
    files = {"ruff.toml": "", "tsconfig.json": "{}", "eslint.config.js": ""}
    assert checkers_of(tree(files), ["README.md", "data.json"]) == ()
    assert [one.name for one in checkers_of(tree(files), ["a.py"])] == ["ruff"]


def test_the_nearest_configuration_counts_and_is_where_it_runs() -> None:
    files = {"ruff.toml": "", "api/ruff.toml": "", "api/src/a.py": "", "web/b.py": ""}
    near = only(files, "api/src/a.py")
    assert (near.folder, near.source) == ("api", "api/ruff.toml")
    assert list(near.command(files) or ())[-2:] == ["--", "src/a.py"]
    assert only(files, "api/src/a.py", "web/b.py").folder == ""


def test_a_linter_gets_what_is_changed_and_the_test_as_far_as_it_is_there() -> None:
    files = {"ruff.toml": "", "a.py": ""}
    one = only(files, "a.py", "new.py", beside=("tests/test_new.py", "tests/data.txt"))
    assert one.files == ("a.py", "new.py", "tests/test_new.py")
    assert list(one.command(files) or ())[-2:] == ["--", "a.py"]
    assert only(files, "new.py").command(files) is None


def test_what_has_a_strange_name_is_no_option() -> None:
    files = {"ruff.toml": "", "--fix.py": ""}
    assert list(only(files, "--fix.py").command(files) or ())[-2:] == ["--", "--fix.py"]


@pytest.mark.parametrize(
    ("files", "targets"),
    [
        ({"pyproject.toml": '[tool.mypy]\nfiles = ["lib"]\n', "lib/a.py": ""}, ()),
        ({"setup.cfg": "[mypy]\npackages = lib\n", "lib/a.py": ""}, ()),
        ({"mypy.ini": "[mypy]\n", "src/lib/__init__.py": "", "lib/a.py": ""}, ("src",)),
        (
            {
                "mypy.ini": "",
                "lib/__init__.py": "",
                "tests/__init__.py": "",
                "lib/x/__init__.py": "",
                "lib/a.py": "",
            },
            ("./lib",),
        ),
        ({"mypy.ini": "", "lib/a.py": ""}, (".",)),
    ],
)
def test_mypy_looks_where_it_is_told_or_else_where_code_is(
    files: dict[str, str], targets: tuple[str, ...]
) -> None:
    argv = only(files, "lib/a.py").argv
    assert argv[argv.index("--cache-dir=/dev/null") + 1 :] == targets


def test_tsc_follows_a_file_that_only_refers_to_others() -> None:
    config = '{ /* all */ "files": [], "references": [{"path": "./tsconfig.app.json"}, {"path": "/etc"},], }'
    argv = only({"tsconfig.json": config, "a.ts": ""}, "a.ts").argv
    assert argv[-1] == "./tsconfig.app.json"
    assert "/etc" not in argv
    plain = only({"tsconfig.json": '{"references": [{"path": "x"}]}', "a.ts": ""}, "a.ts").argv
    assert plain == ("tsc", "--noEmit", "--pretty", "false", "-p", "tsconfig.json")


def test_clippy_names_files_from_the_root_of_the_workspace() -> None:
    files = {
        "rs/Cargo.toml": "[workspace]\n[workspace.lints.clippy]\nall = 'deny'\n",
        "rs/one/Cargo.toml": "",
        "rs/one/src/lib.rs": "",
    }
    one = only(files, "rs/one/src/lib.rs")
    report = one.read(said("clippy-1.95.jsonl", 101), one.folder)
    assert (one.folder, report.diagnostics[0].file) == ("rs/one", "rs/src/lib.rs")
