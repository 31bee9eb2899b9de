"""Node projects, by lock file."""

from __future__ import annotations

import json

import pytest

from tests.unit.workflows.project.made import found, hosts, said
from workflows.project.allowance import Allowance
from workflows.project.model import Stack
from workflows.project.node import NO_TEST

NPM = {"registry.npmjs.org"}
YARN = NPM | {"registry.yarnpkg.com", "repo.yarnpkg.com"}
TESTED = json.dumps({"scripts": {"test": "vitest run"}, "engines": {"node": ">=20"}})


@pytest.mark.parametrize(
    ("files", "expected", "asks"),
    [
        ({"package-lock.json": "{}"}, ("npm ci", "npm test"), NPM),
        ({"npm-shrinkwrap.json": "{}"}, ("npm ci", "npm test"), NPM),
        ({}, ("npm install", "npm test"), NPM),
        ({"pnpm-lock.yaml": ""}, ("pnpm install --frozen-lockfile", "pnpm test"), NPM),
        ({"yarn.lock": "# yarn lockfile v1\n"}, ("yarn install --frozen-lockfile", "yarn test"), YARN),
        ({"yarn.lock": "__metadata:\n  version: 8\n"}, ("yarn install --immutable", "yarn test"), YARN),
        ({"yarn.lock": "", ".yarnrc.yml": ""}, ("yarn install --immutable", "yarn test"), YARN),
    ],
)
def test_the_lock_file_says_who_installs(
    files: dict[str, str], expected: tuple[str, ...], asks: set[str]
) -> None:
    project = found({"package.json": TESTED, **files})
    assert (project.stack, project.version) == (Stack.NODE, ">=20")
    assert said(project) == expected
    assert hosts(project) == asks
    assert project.setup.source == next(iter(files), "package.json")


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("pnpm@9.1.0", "pnpm install"),
        ("yarn@1.22.0", "yarn install"),
        ("yarn@4.2.0+sha224.abc", "yarn install"),
        ("bun@1.0.0", "npm install"),
        (7, "npm install"),
    ],
)
def test_without_a_lock_the_field_says_who(named: object, expected: str) -> None:
    assert found({"package.json": json.dumps({"packageManager": named})}).setup.value == (expected,)


def test_of_several_locks_the_field_says_which_counts() -> None:
    about = json.dumps({"packageManager": "npm@10.0.0"})
    project = found({"package.json": about, "yarn.lock": "", "package-lock.json": "{}"})
    assert project.setup.value == ("npm ci",)
    assert project.notes == ("there are lock files of npm and yarn: npm's is taken",)


def test_what_npm_writes_for_want_of_a_test_is_no_test() -> None:
    about = json.dumps({"scripts": {"test": f'echo "Error: {NO_TEST}" && exit 1'}})
    assert found({"package.json": about}).test.value == ""


def test_a_test_runner_that_is_a_dependency_is_the_test_where_no_script_is() -> None:
    about = json.dumps({"devDependencies": {"jest": "^29"}})
    assert found({"package.json": about}).test.value == "npx --no-install jest"


def test_a_member_of_a_workspace_is_set_up_at_its_root() -> None:
    files = {
        "package.json": json.dumps({"workspaces": ["packages/*"]}),
        "package-lock.json": "{}",
        "packages/api/package.json": TESTED,
        "packages/web/package.json": "{}",
        ".github/redfirst.yml": "path: packages/api",
    }
    project = found(files)
    assert (project.setup_at, project.setup.source) == ("", "package-lock.json")
    assert project.test.source == "packages/api/package.json"
    assert project.key_names == ("package.json",)
    assert project.programs == ("packages/api/node_modules/.bin", "node_modules/.bin")


def test_a_pnpm_workspace_is_one_too() -> None:
    files = {
        "pnpm-workspace.yaml": "packages: [a]\n",
        "pnpm-lock.yaml": "",
        "package.json": "{}",
        "a/package.json": TESTED,
        ".github/redfirst.yml": "path: a",
    }
    project = found(files)
    assert (project.setup_at, said(project)) == ("", ("pnpm install --frozen-lockfile", "pnpm test"))


def test_other_registries_are_asked_for() -> None:
    files = {
        "package.json": TESTED,
        ".npmrc": "registry=https://npm.example.org/\n@acme:registry=https://u:p@acme.example.org:8443/x\n",
        ".yarnrc.yml": 'npmRegistryServer: "https://yarn.example.org"\n',
    }
    allowance = Allowance(hosts=("*.example.org", "acme.example.org:8443"))
    more = {"npm.example.org", "acme.example.org:8443", "yarn.example.org"}
    assert hosts(found(files, allowance=allowance)) == NPM | more
    assert hosts(found(files)) == NPM


def test_bun_is_not_supported_and_that_is_said() -> None:
    (note,) = found({"package.json": TESTED, "bun.lock": ""}).notes
    assert note == "the lock file is bun's, which is not supported: npm is taken, without a lock"


@pytest.mark.parametrize("about", ["", "[]", "null", "{", "[" * 100_000, '{"a":' * 50_000, "9" * 5_000])
def test_a_package_that_is_none_is_a_note(about: str) -> None:
    project = found({"package.json": about})
    assert project.stack is Stack.NODE
    assert project.notes[0].startswith("package.json cannot be read: ")


@pytest.mark.parametrize("field", ["scripts", "engines", "packageManager", "workspaces", "devDependencies"])
@pytest.mark.parametrize("value", [None, 1, "x", [1], {"test": 1}, {"test": None, "node": []}, [[]]])
def test_fields_of_the_wrong_type_say_nothing(field: str, value: object) -> None:
    assert found({"package.json": json.dumps({field: value})}).setup.value == ("npm install",)


@pytest.mark.parametrize(
    ("version", "more", "flag"),
    [("4.2.0", {}, "--immutable"), ("1.22.0", {".yarnrc.yml": ""}, "--frozen-lockfile")],
)
def test_the_version_that_is_named_says_which_yarn_it_is(
    version: str, more: dict[str, str], flag: str
) -> None:
    about = json.dumps({"packageManager": f"yarn@{version}"})
    project = found({"package.json": about, "yarn.lock": "", **more})
    assert project.setup.value == (f"yarn install {flag}",)
