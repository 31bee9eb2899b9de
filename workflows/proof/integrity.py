"""Who may write where: the test author only new tests, the fixer only the project's own code."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from policies.patch import FileChange, Patch, is_workflow_file
from workflows.code.languages import language_of
from workflows.proof.additions import added_only
from workflows.proof.suite import Suite
from workflows.tree import Tree

MOST_FILES = 50
MOST_BYTES = 512 * 1024
LARGEST_FILE = 2 * 1024**2
"""A file may be that large where it was before; what is counted above is what was written."""

_TESTS = re.compile(r"^\s*(?:async\s+)?def test|^class Test", re.MULTILINE)

# What installs what: changed with a manifest, and by a tool. A model that writes one by hand writes fiction.
_LOCKS = frozenset(
    {
        *("uv.lock", "poetry.lock", "pdm.lock", "pipfile.lock", "pylock.toml"),
        *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"),
        *("cargo.lock", "go.sum", "gradle.lockfile", "composer.lock", "gemfile.lock"),
    }
)

# Where set-up installs. The tree is unpacked over it: a file there would be another interpreter, or pytest.
_INSTALLED = frozenset({".venv", "venv", ".tox", ".nox", "__pypackages__", "site-packages", "node_modules"})


def author_objection(path: str, tree: Tree, suite: Suite) -> str | None:
    no = _for_anyone(path, tree, suite)
    if no is not None:
        return no
    # By name, and not by folder: pytest imports from a folder of tests before it does from the project.
    if not suite.collects(path) and not _holds_tests(path, tree, suite):
        return f"{path} is not a test file; you may only write tests"
    if path in tree.links:
        return f"{path} is a symbolic link; put your test in a new file"
    return None


def fixer_objection(path: str, tree: Tree, suite: Suite) -> str | None:
    no = _for_anyone(path, tree, suite)
    if no is not None:
        return no
    if suite.is_of_tests(path):
        return f"{path} is part of the tests; fix the code, not the tests"
    if path in tree.links:
        return f"{path} is a symbolic link; change the file it points to"
    return None


def _for_anyone(path: str, tree: Tree, suite: Suite) -> str | None:
    if is_workflow_file(path):
        return f"{path} steers CI or ownership; it may not be changed"
    if suite.is_configuration(path, tree):
        return f"{path} steers how tests run; it may not be changed"
    if PurePosixPath(path).name.lower() in _LOCKS:
        return f"{path} pins what is installed; it may not be changed by hand"
    if _INSTALLED & {part.lower() for part in PurePosixPath(path).parts}:
        return f"{path} is where things are installed; they are not changed by hand"
    if tree.is_folder(path):
        return f"{path} is a folder"
    above = next((str(up) for up in PurePosixPath(path).parents if tree.is_leaf(str(up))), None)
    if above is not None:
        return f"{above} is a file, so {path} cannot be"
    return None


def _holds_tests(path: str, tree: Tree, suite: Suite) -> bool:
    """A file of tests that is there already, called as this project calls them: `tests_pages.py`."""
    text = tree.text(path) if path.endswith(".py") and suite.is_of_tests(path) else None
    return text is not None and _TESTS.search(text) is not None


def author_refusal(test: Patch, tree: Tree, suite: Suite) -> str | None:
    """The same rules once more over the whole patch: what the tools refused cannot come in another way."""
    no = next((no for path in test.paths() if (no := author_objection(path, tree, suite))), None)
    return (
        no or _too_large(test, tree) or next((no for c in test.changes if (no := _not_added(c, tree))), None)
    )


def fixer_refusal(fix: Patch, tree: Tree, suite: Suite) -> str | None:
    no = next((no for path in fix.paths() if (no := fixer_objection(path, tree, suite))), None)
    return no or _too_large(fix, tree)


def _too_large(patch: Patch, tree: Tree) -> str | None:
    if len(patch.changes) > MOST_FILES:
        return f"{len(patch.changes)} files are changed; no more than {MOST_FILES} may be"
    written = sum(_written(change, tree) for change in patch.changes)
    if written > MOST_BYTES:
        return f"{written} bytes are written; no more than {MOST_BYTES} may be"
    large = next((c.path for c in patch.changes if len((c.content or "").encode()) > LARGEST_FILE), None)
    return f"{large} is larger than {LARGEST_FILE} bytes" if large else None


def _written(change: FileChange, tree: Tree) -> int:
    """What is new in it: a small change of a large file is small."""
    before = frozenset((tree.text(change.path) or "").splitlines())
    return sum(len(line.encode()) + 1 for line in (change.content or "").splitlines() if line not in before)


def _not_added(change: FileChange, tree: Tree) -> str | None:
    before = tree.text(change.path)
    if not tree.has(change.path):
        return None
    if before is None or change.content is None:
        return f"{change.path} was there before; you may add to it, and not take it away"
    language = language_of(change.path)
    if language is None or not added_only(before, change.content, language):
        return (
            f"{change.path} was there before; you may add tests to it, and nothing that is in it may change "
            "or run otherwise. Better put your test in a new file"
        )
    return None
