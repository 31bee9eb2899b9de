"""What the runners of JavaScript decide by looking: whose project it is, what is a test, what steers one."""

from __future__ import annotations

import json

import pytest

from workflows.ports.sandbox import ExecResult
from workflows.project.model import Project, Stack, Text
from workflows.proof.runners import sealed
from workflows.proof.runners.globs import globbed
from workflows.proof.runners.javascript_script import Call, call, meant
from workflows.proof.runners.jest import Jest
from workflows.proof.runners.mocha import Mocha
from workflows.proof.runners.node_test import NodeTest
from workflows.proof.runners.port import Ask, Runner
from workflows.proof.runners.sealed import Key
from workflows.proof.runners.vitest import Vitest
from workflows.tree import File, Tree

RUNNERS: tuple[Runner, ...] = (NodeTest(), Jest(), Vitest(), Mocha())
NPM = Project(stack=Stack.NODE, test=Text(value="npm test"))


def tree(scripts: dict[str, str] | None = None, *development: str, **files: str) -> Tree:
    about = {"scripts": scripts or {}, "devDependencies": dict.fromkeys(development, "1")}
    named = {"package.json": json.dumps(about), **files}
    return Tree({path: File(text.encode()) for path, text in named.items()})


def ask(*files: str) -> Ask:
    return Ask("/kit", "/kit/report", Key(b"k" * 32), files, seed=7)


@pytest.mark.parametrize(
    ("script", "tool"),
    [
        ("jest --coverage", "jest"),
        ("cross-env NODE_ENV=test nyc --reporter lcov mocha 'test/**/*.js'", "mocha"),
        ("npm run lint && npm run unit", "vitest"),
        ("tsc -p . ; node --import tsx --test test/*.ts", "node"),
        ("tsx --test", "node"),
        ("node --experimental-vm-modules node_modules/jest/bin/jest.js", "jest"),
        ("node test.js", "node"),
        ("yarn unit --watch", "vitest"),
        ("tap test/*.js", ""),
        ("eslint jest && echo mocha", ""),
        ("npm test", ""),
        ("echo 'never closed", ""),
    ],
)
def test_the_script_says_which_tool_is_meant(script: str, tool: str) -> None:
    files = {"test.js": 'import test from "node:test";'} if "test.js" in script else {}
    scripts = {"test": script, "lint": "eslint .", "unit": "vitest run"}
    assert meant(NPM, tree(scripts, **files)) == tool
    assert [runner.fits(NPM, tree(scripts, **files)) for runner in RUNNERS].count(True) == bool(tool)


def test_dependencies_say_it_where_the_script_does_not_and_files_where_these_do_not() -> None:
    assert meant(NPM, tree({"test": "make check"}, "mocha", "chai")) == "mocha"
    assert meant(NPM, tree(None, **{"test/a.js": 'require("node:test")'})) == "node"
    assert meant(Project(stack=Stack.PYTHON), tree({"test": "jest"})) == ""


def test_what_was_asked_for_by_a_person_comes_before_the_script() -> None:
    said = Project(stack=Stack.NODE, test=Text(value="npx vitest run"))
    assert meant(said, tree({"test": "jest"})) == "vitest"


def test_a_call_keeps_arguments_flags_of_node_and_variables() -> None:
    scripts = {
        "test": "TZ=UTC npm run unit",
        "unit": "node --require ./ready.cjs --test --test-timeout 5 checks/*.js",
    }
    assert call("node", tree(scripts)) == Call(
        "node", ("checks/*.js",), ("--require", "./ready.cjs"), {"TZ": "UTC"}
    )


@pytest.mark.parametrize(
    ("scripts", "tool", "args"),
    [
        (
            {"test": "TZ=UTC npm run zones && jest --silent", "zones": "jest test/zones"},
            "jest",
            ("--silent",),
        ),
        ({"test": "mocha -R dot test/a && mocha -R dot test/b"}, "mocha", ("-R", "dot", "test/a", "test/b")),
        ({"test": "mocha --ui bdd test/a && mocha --ui tdd test/b"}, "mocha", ("--ui", "bdd", "test/a")),
        ({"test": "run-s lint test:*", "test:a": "jest -i", "lint": "eslint"}, "jest", ("-i",)),
        ({"test": "pnpm run /^check:/", "check:unit": "vitest run src"}, "vitest", ("run", "src")),
        ({"test": "house-scripts test", "bench": "vitest bench"}, "vitest", ()),
        ({"test": "house-scripts test", "start": "vitest --ui"}, "vitest", ()),
    ],
)
def test_of_several_calls_that_for_all_tests_is_taken(
    scripts: dict[str, str], tool: str, args: tuple[str, ...]
) -> None:
    assert call(tool, tree(scripts, **{"test/a/x.js": "", "test/b/y.js": ""})).args == args


def test_what_a_package_is_made_of_is_not_configuration() -> None:
    about = {
        "exports": {"require": "./lib/shelf.js", "import": "./lib/shelf.mjs"},
        "mocha": {"require": "./tools/hooks.js"},
        "scripts": {"test": "mocha -r ./tools/first.js"},
    }
    paths = ("lib/shelf.js", "lib/shelf.mjs", "tools/hooks.js", "tools/first.js")
    files = {"package.json": json.dumps(about).encode(), **dict.fromkeys(paths, b"")}
    given = Tree({path: File(content) for path, content in files.items()})
    steers = [path for path in paths if Mocha().is_configuration(path, given)]
    assert steers == ["tools/hooks.js", "tools/first.js"]


def test_the_command_is_shown_as_a_person_would_type_it() -> None:
    scripts = {"test": "jest -c jest.unit.js --coverage --reporters dot -w 2 src"}
    command = Jest().command(tree(scripts), ask("test/x.test.js"))
    assert list(command.shown) == ["npx", "jest", "-c", "jest.unit.js", "test/x.test.js"]
    assert list(command.argv)[:3] == ["node", "/kit/run.cjs", "jest"]
    assert not any("report" in part for part in command.argv if part != "/kit/run.cjs")
    assert command.stdin == sealed.opening(Key(b"k" * 32), "/kit/report", seed=7, trace=False)
    whole = Jest().command(tree(scripts), ask())
    assert list(whole.shown) == ["npx", "jest", "-c", "jest.unit.js", "src"]
    assert list(Vitest().command(tree({"test": "vitest run -r app --coverage"}), ask()).shown) == [
        *("npx", "vitest", "run", "-r", "app")
    ]
    assert list(NodeTest().command(tree(), ask("test/x.test.js")).shown) == [
        "node",
        "--test",
        "test/x.test.js",
    ]


def test_node_is_told_each_file_that_it_would_look_into() -> None:
    names = ("a.test.js", "lib/b.js", "test/c.mjs", "checks/d.js", "checks/e.txt", "node_modules/x/test/f.js")
    files = dict.fromkeys(names, "")

    def told(script: str) -> list[str]:
        argv = list(NodeTest().command(tree({"test": script}, **files), ask()).argv)
        return argv[argv.index("--") + 1 :]

    assert told("node --test") == ["a.test.js", "test/c.mjs"]
    assert told("node --test './checks/**/*.js'") == ["checks/d.js"]
    assert told("node --test checks/ lib/b.js") == ["checks/d.js", "lib/b.js"]


@pytest.mark.parametrize("runner", RUNNERS, ids=lambda runner: runner.name)
def test_tests_are_known_by_name_and_by_folder(runner: Runner) -> None:
    for path in ("a.test.js", "src/a.spec.tsx", "src/__tests__/a.js", "tests/data.json", "a_test.mjs"):
        assert runner.is_test(path), path
    for path in ("src/__snapshots__/a.js.snap", "lib/a.snap"):
        assert runner.is_test(path), path
        assert not runner.collects(path), path
    for path in ("src/shelf.js", "latest.js", "src/contest.ts", "README.md"):
        assert not runner.is_test(path), path
        assert not runner.collects(path), path
    assert runner.collects("src/a.test.ts")


def test_each_collects_what_its_tool_does() -> None:
    assert all(runner.collects("test/a.js") for runner in RUNNERS)
    assert all(runner.collects("__tests__/a.js") for runner in RUNNERS)
    assert [runner.collects("test-a.js") for runner in RUNNERS] == [True, False, False, False]


@pytest.mark.parametrize("runner", RUNNERS, ids=lambda runner: runner.name)
def test_what_steers_tests_is_configuration(runner: Runner) -> None:
    project = tree()
    for path in (
        *(
            "package.json",
            "packages/a/package.json",
            "package-lock.json",
            "pnpm-lock.yaml",
            ".npmrc",
            ".env.test",
        ),
        *("jest.config.ts", "jest.setup.js", "vitest.config.mts", "vite.config.js", "vitest.workspace.ts"),
        *(".mocharc.yml", "babel.config.cjs", ".babelrc", ".swcrc", "tsconfig.build.json", ".node-version"),
        *("node_modules/jest/index.js", "src/__mocks__/fs.js", "src/setupTests.ts", "test/mocha.opts"),
    ):
        assert runner.is_configuration(path, project), path
    for path in ("src/shelf.js", "src/jest.js", "config.json", "src/environment.ts", "lib/package.js"):
        assert not runner.is_configuration(path, project), path


def test_a_file_that_settings_name_is_configuration() -> None:
    project = tree(
        {"test": "mocha -r ./lib/hooks.js"},
        **{
            "jest.config.js": """
                const shared = require("./tools/shared");
                const setupFiles = ["<rootDir>/lib/ready.js"];
                module.exports = { ...shared, setupFiles, globalSetup: "./lib/begin" };
            """,
            "vite.config.ts": """
                import shelf from "./tools/plugin";
                const build = { lib: { entry: "src/index.ts" } };
                export default { build, test: { setupFiles: "lib/vi.ts" } };
            """,
            ".mocharc.yml": "require:\n  - ./lib/yaml.cjs\n",
            **dict.fromkeys(
                ("lib/hooks.js", "lib/ready.js", "lib/begin.ts", "lib/vi.ts", "lib/yaml.cjs", "src/index.ts"),
                "",
            ),
            **dict.fromkeys(("tools/shared.js", "tools/plugin.ts", "lib/other.js"), ""),
        },
    )
    steering = {path for path in project.files if Jest().is_configuration(path, project)}
    assert steering == {
        *("package.json", "jest.config.js", "vite.config.ts", ".mocharc.yml"),
        *("lib/hooks.js", "lib/ready.js", "lib/begin.ts", "lib/vi.ts", "lib/yaml.cjs"),
        *("tools/shared.js", "tools/plugin.ts"),
    }


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("test/**/*.js", "test/a.js", True),
        ("test/**/*.js", "test/a/b/c.js", True),
        ("test/*.js", "test/a/b.js", False),
        ("**/*.{test,spec}.[jt]s", "src/a.spec.ts", True),
        ("src/?.js", "src/ab.js", False),
        ("a+b.js", "a+b.js", True),
        ("**/" * 100 + "a", "x/y/a", True),
        ("*a" * 50, "a" * 200, False),
    ],
)
def test_patterns_match_as_in_a_shell(pattern: str, path: str, matches: bool) -> None:
    assert (globbed(pattern).fullmatch(path) is not None) == matches


@pytest.mark.parametrize("runner", RUNNERS, ids=lambda runner: runner.name)
def test_what_is_not_a_whole_sealed_report_is_a_complaint(runner: Runner) -> None:
    asked = ask()
    command = runner.command(tree(), asked)
    passed = '{"id": "a::b", "outcome": "passed"}'
    failed = '{"id": "a::b", "outcome": "failed"}'

    def complaint(ran: ExecResult, report: bytes | None) -> str:
        return runner.read(command, asked, ran, report).complaint

    def told(*lines: str, key: Key = asked.key) -> bytes:
        return b"".join(_signed(number, line, key) for number, line in enumerate(lines))

    fine = told(passed, '{"end": 1, "traced": false}')
    assert not complaint(ExecResult(code=0), fine)
    assert complaint(ExecResult(code=None, timed_out=True), fine).startswith("the tests took too long")
    assert complaint(ExecResult(code=0, stderr="what it said"), None).endswith("left no report\nwhat it said")
    assert complaint(ExecResult(code=0), told(passed, '{"end": 1}', key=Key(b"other")))
    assert complaint(ExecResult(code=0), told(passed)).startswith("the report ends too early")
    assert complaint(ExecResult(code=1), told('{"end": 0, "broken": "no tests"}')) == "no tests"
    assert complaint(ExecResult(code=0), told(failed, '{"end": 1}')).startswith("the test run ended with 0")
    assert complaint(ExecResult(code=1), fine).startswith("the test run ended with 1")
    assert complaint(ExecResult(code=-9), fine).startswith("the test run ended with -9")


def _signed(number: int, line: str, key: Key) -> bytes:
    import hashlib
    import hmac

    mac = hmac.new(key.secret, f"{number} {line}".encode(), hashlib.sha256).hexdigest()
    return f"{number} {mac} {line}\n".encode()
