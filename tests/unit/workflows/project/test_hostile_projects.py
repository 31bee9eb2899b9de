"""No tree makes detection crash, hang, or say what cannot be written down."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workflows.errors import UserProblem
from workflows.project.detect import detect
from workflows.project.environment import set_up_of
from workflows.project.folder import MANIFESTS, MOST_BYTES
from workflows.project.model import Project
from workflows.project.words import in_a_line
from workflows.tree import File, Tree

NAMES = (
    *sorted(MANIFESTS),
    *(
        "uv.lock",
        "poetry.lock",
        "yarn.lock",
        "package-lock.json",
        "pnpm-workspace.yaml",
        ".npmrc",
        "tox.toml",
    ),
    *("requirements-dev.txt", "hatch.toml", ".devcontainer.json", ".github/redfirst.yml", "go.sum", "mvnw"),
    *(
        ".devcontainer/devcontainer.json",
        ".devcontainer/x/devcontainer.json",
        "gradlew",
        "Cargo.lock",
        "a.py",
    ),
    *(".mvn/wrapper/maven-wrapper.properties", "gradle/wrapper/gradle-wrapper.properties", "pytest.ini"),
)
PIECES = (
    *(
        "[project]\n",
        "[tool.uv]\n",
        "[tool.tox]\n",
        "[testenv]\n",
        "[tool.poetry]\n",
        "[workspace]\n",
        "[a\n",
    ),
    *(
        "deps =\n  x\n",
        "commands = pytest {posargs:{a}}\n",
        'dependencies = ["a", 1, {}]\n',
        "extras = [1]\n",
    ),
    *(
        '{"scripts": {"test": 7}}',
        '{"workspaces": []}',
        '{"image": []}',
        "path: ..\n",
        "setup: [[a]]\n",
        "- x\n",
    ),
    *(
        "-r ../../../../etc/passwd\n",
        "-r",
        "--index-url",
        "https://[::1",
        "git+ssh://a@b:c/d",
        "\x00",
        "\ud800",
    ),
    *(
        "session.install(",
        "session.run('pytest",
        "<repository><url>http://[",
        "distributionUrl=\\:",
        "&a [*a]\n",
    ),
    *(
        "key\n  more\n",
        "=\n",
        "%(x)s\n",
        "[testenv]\ndeps\n  x\n",
        "extras_require={'a':1",
        "𝕏\u202e",
        "'''",
        '"""',
    ),
)

texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), st.text(max_size=60))
contents = st.one_of(texts.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=40))
folders = st.sampled_from(["", "", "", "a/", "a/b/", "tests/", "\udcff/", "it's/"])
paths = st.tuples(folders, st.sampled_from(NAMES)).map("".join)
trees = st.dictionaries(paths, contents.map(File), max_size=8).map(Tree)


def project_or_sentence(tree: Tree, issue: str) -> Project | str:
    try:
        return detect(tree, issue=issue)
    except UserProblem as problem:
        return problem.sentence


def looked_at(tree: Tree, issue: str = "") -> Project | None:
    project = project_or_sentence(tree, issue)
    if isinstance(project, str):
        assert project.encode()
        assert len(project) < 5_000
        return None
    assert Project.model_validate_json(project.model_dump_json()) == project
    assert in_a_line(project).encode()
    set_up_of(project, tree, "")
    return project


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees, st.text(max_size=20))
def test_any_tree_is_a_project_or_a_sentence(tree: Tree, issue: str) -> None:
    looked_at(tree, issue)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(NAMES), contents)
def test_any_content_of_any_file_is_a_project_or_a_sentence(name: str, content: bytes) -> None:
    looked_at(Tree({name: File(content)}))


SLOW = {
    "dots": ("", "a.", "a=1"),
    "dots in a table": ("[", "a.", "a]"),
    "lines of dots": ("", "a." * 499 + "a=1\n", ""),
    "brackets": ("", "[", ""),
    "braces": ("", '{"a":', ""),
    "inline tables": ("x=", "{a=", ""),
    "spaces": ("[testenv]\na", " ", "b"),
    "tabs and colons": ("", "\t:", ""),
    "quotes": ("", '"', ""),
    "escaped quotes": ("", '\\"', ""),
    "open comments": ("", "/* ", ""),
    "commas": ("", ",", ""),
    "digits": ("", "9", ""),
    "letters": ("", "a", ""),
    "dashes": ("", "-", ""),
    "lines": ("", "\n", ""),
    "keys": ("", "a:\n", ""),
    "sections": ("", "[testenv]\n", ""),
    "requirements": ("", "-r a\n", ""),
    "installs": ("", "session.install('", ""),
    "repositories": ("", "<repository><url>", ""),
    "addresses": ("", "https://a.b ", ""),
    "places for arguments": ("[testenv]\ncommands = pytest ", "{posargs:", ""),
}
"""What to begin with, to repeat, and to end with."""


@pytest.mark.parametrize("name", SLOW)
def test_a_large_file_takes_no_time(name: str) -> None:
    began = time.process_time()
    for size in (60_000, MOST_BYTES):
        begin, again, end = SLOW[name]
        content = File(f"{begin}{again * ((size - 50) // len(again))}{end}".encode())
        looked_at(Tree({manifest: content for manifest in NAMES if "/" not in manifest}))
        for place in (".github/redfirst.yml", ".devcontainer/devcontainer.json"):
            looked_at(Tree({place: content}))
    assert time.process_time() - began < 15


def test_a_hundred_thousand_manifests_take_no_time() -> None:
    empty = File(b"{}")
    files = {f"p/{n % 300}/{n}/package.json": empty for n in range(100_000)}
    workspace = File(b'{"workspaces": ["*"]}')
    began = time.process_time()
    assert looked_at(Tree(files)) is None
    assert looked_at(Tree({**files, "package.json": workspace, "package-lock.json": empty})) is not None
    assert time.process_time() - began < 10


def test_a_folder_a_thousand_deep_is_only_looked_at_from_near() -> None:
    manifest = File("".join(f"a{number}=1\n" for number in range(8_000)).encode())
    deep = "/".join("d" * 400)
    files = {f"{deep[: 2 * n + 1]}/Cargo.toml": manifest for n in range(399)}
    began = time.process_time()
    looked_at(Tree({**files, ".github/redfirst.yml": File(f"path: {deep[:400].rstrip('/')}".encode())}))
    assert time.process_time() - began < 5


def test_a_file_that_is_larger_than_what_is_read_is_a_note() -> None:
    project = looked_at(Tree({"package.json": File(b" " * (MOST_BYTES + 1))}))
    assert project is not None
    assert project.notes == ("package.json is larger than 256 KiB, so it was not read",)
