"""Who may write where: the test author only new tests, the fixer only the project's own code."""

from __future__ import annotations

from pathlib import PurePosixPath

from policies.patch import Patch, is_workflow_file
from workflows.proof.runners.port import Runner
from workflows.tree import Tree


def author_objection(path: str, tree: Tree, runner: Runner) -> str | None:
    no = _for_anyone(path, tree, runner)
    if no is not None:
        return no
    # By name, and not by folder: pytest imports from a folder of tests before it does from the project.
    if not runner.collects(path):
        return f"{path} is not a test file; you may only write new test files"
    if path in tree.files or path in tree.links:
        return f"{path} exists; put your test in a new file"
    return None


def fixer_objection(path: str, tree: Tree, runner: Runner) -> str | None:
    no = _for_anyone(path, tree, runner)
    if no is not None:
        return no
    if runner.is_test(path):
        return f"{path} is a test; fix the code, not the tests"
    if path in tree.links:
        return f"{path} is a symbolic link; change the file it points to"
    return None


def _for_anyone(path: str, tree: Tree, runner: Runner) -> str | None:
    if is_workflow_file(path):
        return f"{path} steers CI or ownership; it may not be changed"
    if runner.is_configuration(path, tree):
        return f"{path} steers how tests run; it may not be changed"
    if tree.is_folder(path):
        return f"{path} is a folder"
    above = next((str(up) for up in PurePosixPath(path).parents if tree.is_leaf(str(up))), None)
    if above is not None:
        return f"{above} is a file, so {path} cannot be"
    return None


def first_objection(patch: Patch, tree: Tree, runner: Runner, *, author: bool) -> str | None:
    """The same rules once more over the whole patch: what the tools refused cannot come in another way."""
    rule = author_objection if author else fixer_objection
    return next((no for path in patch.paths() if (no := rule(path, tree, runner))), None)
