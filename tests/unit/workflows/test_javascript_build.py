"""What tests load and nobody has written is built before they run; and no build steers them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.workflows.javascript.running import Bench
from workflows.proof.results import Outcome
from workflows.proof.runners.javascript_build import build, steering
from workflows.proof.runners.mocha import Mocha
from workflows.proof.runners.node_test import NodeTest
from workflows.tree import File, Tree


def tree(scripts: dict[str, str], main: str = "", **files: str) -> Tree:
    about = json.dumps({"scripts": scripts, **({"main": main} if main else {})})
    return Tree({path: File(text.encode()) for path, text in {"package.json": about, **files}.items()})


def lines(given: Tree, *files: str) -> tuple[str, ...]:
    made = build(given, files)
    return made.lines if made else ()


LOADS = {
    "test/a.js": "require('../dist/shelf')\n",
    "test/b.js": "require('../src/shelf')\n",
    "src/shelf.ts": "",
}


@pytest.mark.parametrize(
    ("scripts", "expected"),
    [
        ({"build": "tsc", "test": "mocha"}, ("tsc",)),
        ({"build": "npm run clean && npm run ts", "clean": "rimraf dist", "ts": "tsc -p ."}, ("tsc -p .",)),
        (
            {"pretest": "npm run lint && npm run build", "lint": "eslint .", "build": "rollup -c"},
            ("rollup -c",),
        ),
        ({"build": "rollup -c", "prebuild": "mkdir dist", "test": "mocha"}, ("npm run build",)),
        ({"test": "tsc && mocha", "build": "tsc"}, ("tsc",)),
        ({"test": "mocha"}, ()),
    ],
)
def test_what_builds_it_is_what_the_scripts_do_before_the_tests(
    scripts: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert lines(tree(scripts, **LOADS)) == expected


def test_what_is_there_is_not_built() -> None:
    scripts = {"build": "tsc"}
    assert not lines(tree(scripts, **{**LOADS, "dist/shelf.js": ""}))
    assert not lines(tree(scripts, **LOADS), "test/b.js")
    assert lines(tree(scripts, **LOADS), "test/a.js") == ("tsc",)
    # Written in TypeScript, and loaded by the name that it will have.
    assert not lines(tree(scripts, **{"test/a.ts": "import '../lib/a.js'", "lib/a.ts": ""}))
    # Missing for good: tests of what is missing name such.
    assert not lines(tree(scripts, **{"test/a.js": "require('./fixtures/none')"}))


def test_a_single_file_that_git_is_to_ignore_is_built_too() -> None:
    scripts = {"build": "rollup -c && npm run minify", "minify": "uglifyjs shelf.js -o shelf.min.js"}
    loads = {"test/a.js": "require('../shelf.min')\n", "rollup.config.js": ""}

    assert not lines(tree(scripts, **loads))
    assert lines(tree(scripts, **loads, **{".gitignore": "node_modules\nshelf.min.js\n"})) == (
        "rollup -c",
        "uglifyjs shelf.js -o shelf.min.js",
    )


def test_the_package_itself_is_built_where_its_entry_is() -> None:
    given = tree({"build": "rollup -c"}, main="./shelf.js", **{"test/a.js": "require('../')"})
    assert lines(given) == ("rollup -c",)
    assert not lines(
        tree({"build": "rollup -c"}, main="./shelf.js", **{"test/a.js": "require('..')", "shelf.js": ""})
    )


def test_a_script_that_builds_steers_and_what_it_builds_from_does_not() -> None:
    scripts = {"build": "node tools/build.js && tsc -p tsconfig.json src/shelf.ts"}
    given = tree(scripts, **LOADS, **{"tools/build.js": ""})
    assert steering(given) == {"tools/build.js"}
    assert Mocha().is_configuration("tools/build.js", given)
    assert not Mocha().is_configuration("src/shelf.ts", given)


TESTED = """
import assert from 'node:assert'
import test from 'node:test'
import { shelf } from '../dist/shelf.mjs'
test('a shelf', () => assert.equal(shelf, 3))
"""
BUILDS = (
    "import fs from 'node:fs'\nfs.mkdirSync('dist')\nfs.copyFileSync('src/shelf.mjs', 'dist/shelf.mjs')\n"
)
PROJECT = {
    "package.json": json.dumps({"scripts": {"build": "node build.mjs", "test": "node --test"}}),
    "src/shelf.mjs": "export const shelf = 3\n",
    "test/shelf.test.mjs": TESTED,
    "build.mjs": BUILDS,
}


def test_tests_run_on_what_was_built(tmp_path: Path) -> None:
    results = Bench(tmp_path, NodeTest()).run(PROJECT)
    assert [test.outcome for test in results.tests] == [Outcome.PASSED], results


@pytest.mark.parametrize(
    "more",
    [
        "fs.writeFileSync('test/shelf.test.mjs', '')",
        "fs.writeFileSync('.mocharc.json', '{}')",
        "fs.rmSync('test', { recursive: true })",
    ],
)
def test_a_build_that_changes_tests_is_a_complaint(tmp_path: Path, more: str) -> None:
    results = Bench(tmp_path, NodeTest()).run({**PROJECT, "build.mjs": f"{BUILDS}{more}\n"})
    assert "which steers its tests" in results.complaint
