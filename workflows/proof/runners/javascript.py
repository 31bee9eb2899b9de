"""What JavaScript projects have in common: what is a test, what steers the tests."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath

from workflows.proof.runners import kit as kit_folder
from workflows.proof.runners.javascript_build import steering
from workflows.tree import Tree

_SCRIPT = re.compile(r"\.[cm]?[jt]sx?")
_NAMED_TEST = re.compile(r".*(?:\.(?:test|spec|test-d)|[_-](?:test|spec))\.[cm]?[jt]sx?", re.DOTALL)
_FOLDERS = frozenset({"test", "tests", "__tests__"})
_SNAPSHOT = re.compile(r".*\.(?:snap|shot)", re.DOTALL)

_CONFIGURATION = re.compile(
    r"""
    (?:jest|vitest|vite|babel|swc|karma|ava|playwright|cypress|wallaby|rollup|esbuild|tsup)
        \.(?:config|workspace|setup|conf|preset|projects|env|global-setup)\b.*
    | jest[.-].*\.(?:[cm]?[jt]s|json) | vitest[.-].*\.(?:[cm]?[jt]s|json)
    | setupTests\..* | \.mocharc.* | mocha\.opts | \.babelrc.* | \.swcrc.* | \.(?:c8|nyc)rc.*
    | (?:ts|js)config.*\.json | package\.json | package\.json5 | package\.yaml
    | package-lock\.json | npm-shrinkwrap\.json | yarn\.lock | pnpm-lock\.yaml | bun\.lockb? | deno\.jsonc?
    | pnpm-workspace\.yaml | \.pnpmfile\.cjs | \.npmrc | \.yarnrc.* | \.pnp\..* | \.node-version | \.nvmrc
    | \.tool-versions | \.env.* | nx\.json | project\.json | lerna\.json | turbo\.json | \.browserslistrc
    """,
    re.VERBOSE | re.DOTALL,
)
_ROOTED = frozenset({"node_modules", "__mocks__", ".yarn"})

# Of these the settings are read for the files that they name.
_SETTINGS = re.compile(
    r"(?:jest|vitest|vite|babel)\.(?:config|workspace|projects|preset)\b.*|\.mocharc.*|\.babelrc.*|mocha\.opts"
)
_KEYS = (
    r"setupFiles(?:AfterEnv|AfterEach)?|setupTestFrameworkScriptFile|globalSetup|globalTeardown|testEnvironment"
    r"|environment|transform|resolver|reporters?|runner|testRunner|testSequencer|sequencer|preset|presets|plugins"
    r"|snapshotSerializers|snapshotEnvironment|snapshotResolver|moduleNameMapper|require|import|loader|file"
    r"|node-option|extends|projects|workspace|dependencyExtractor|haste|prettierPath|filter|runtime"
)
_KEY = re.compile(rf"""\b(?:{_KEYS})["']?\s*[:=]\s*""")
_VALUE = 2_000
_IMPORT = re.compile(r"""(?:\bfrom|\bimport|\brequire(?:\.resolve)?)\s*\(?\s*["']([^"'\n]{1,300})["']""")
_FLAG = re.compile(
    r"""(?:--(?:require|import|loader|experimental-loader|file|config)|-r|-c)[ =]["']?([^\s"']{1,300})"""
)
_STRING = re.compile(r"""["'`]([^"'`\n]{1,300})["'`]""")
_MOST = 256 * 1024
_ENDINGS = (
    "",
    ".js",
    ".cjs",
    ".mjs",
    ".ts",
    ".cts",
    ".mts",
    ".tsx",
    ".jsx",
    ".json",
    "/index.js",
    "/index.ts",
)


@cache
def kit() -> Mapping[str, bytes]:
    from importlib.resources import files

    return {
        file.name: file.read_bytes()
        for file in files(kit_folder).iterdir()
        if file.name.endswith((".cjs", ".mjs"))
    }


def is_script(path: str) -> bool:
    return _SCRIPT.fullmatch(PurePosixPath(path).suffix) is not None


def is_named_test(path: str) -> bool:
    return _NAMED_TEST.fullmatch(PurePosixPath(path).name) is not None


def is_below_tests(path: str) -> bool:
    parts = PurePosixPath(path).parts[:-1]
    return bool(_FOLDERS & set(parts)) or parts[:1] == ("spec",)


def is_test(path: str) -> bool:
    """What tests are compared with is theirs, too."""
    pure = PurePosixPath(path)
    return (
        is_named_test(path)
        or is_below_tests(path)
        or "__snapshots__" in pure.parts
        or _SNAPSHOT.fullmatch(pure.name) is not None
    )


def is_configuration(path: str, tree: Tree) -> bool:
    pure = PurePosixPath(path)
    return (
        _CONFIGURATION.fullmatch(pure.name) is not None
        or bool(_ROOTED & set(pure.parts))
        or path in set(_named(tree))
        or path in steering(tree)
    )


def _named(tree: Tree) -> Iterator[str]:
    """Files that settings name: who writes one of these steers the run without touching the settings."""
    for path in (*tree.files, *tree.links):
        name = PurePosixPath(path).name
        if "node_modules/" in path or not (name == "package.json" or _SETTINGS.fullmatch(name)):
            continue
        text = (tree.text(path) or "")[:_MOST]
        if name == "package.json":
            text = _of_tools(text)
        for said in _paths(name, text):
            found = _found(posixpath.dirname(path), said, tree)
            if found:
                yield found


def _of_tools(text: str) -> str:
    """Of a package.json what its tools read: elsewhere `require` names the package's own code."""
    try:
        about = json.loads(text)
    except (ValueError, RecursionError):
        return text
    parts = (
        "scripts",
        "jest",
        "mocha",
        "vitest",
        "babel",
        "swc",
        "ava",
        "nyc",
        "c8",
        "config",
        "wireit",
        "nx",
    )
    return (
        json.dumps({name: about[name] for name in parts if name in about}) if isinstance(about, dict) else ""
    )


def _paths(name: str, text: str) -> Iterator[str]:
    for key in _KEY.finditer(text):
        yield from (string[1] for string in _STRING.finditer(_value(text[key.end() : key.end() + _VALUE])))
    yield from (flag[1] for flag in _FLAG.finditer(text))
    if name == "mocha.opts" or name.endswith((".yml", ".yaml")):
        yield from (word for word in re.split(r"[\s,\[\]]+", text) if "/" in word)
    if name != "package.json":
        yield from (imported[1] for imported in _IMPORT.finditer(text))


def _value(text: str) -> str:
    """The string, list or object that a text begins with, as far as brackets tell."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "[{(") - (letter in "]})")
        if depth < 0 or (depth == 0 and letter in ",\n]})"):
            return text[: at + 1]
    return text


def _found(folder: str, said: str, tree: Tree) -> str:
    said = said.removeprefix("<rootDir>/").removeprefix("require=").removeprefix("import=")
    if said.startswith("/"):
        return ""
    path = posixpath.normpath(posixpath.join(folder, said))
    return next((path + ending for ending in _ENDINGS if tree.is_leaf(path + ending)), "")
