"""A fix may not look for the test run, end it or reach around it; honest fixes that look alike may pass."""

from __future__ import annotations

import pytest

from policies.patch import FileChange, Patch
from workflows.proof.finding import Finding
from workflows.proof.tampering import tampering
from workflows.tree import File, Tree

PATHS = {
    "py": "shelf/pages.py",
    "js": "lib/pages.js",
    "ts": "src/pages.ts",
    "rs": "src/pages.rs",
    "java": "src/main/java/shelf/Pages.java",
    "go": "pages/pages.go",
}
BEFORE = {
    "py": "import os\n\n\ndef pages(n):\n    return n // 0\n",
    "js": "'use strict'\n\nmodule.exports = function pages (n) { return n / 0 }\n",
    "ts": "export function pages (n: number): number { return n / 0 }\n",
    "rs": "pub fn pages(n: i32) -> i32 { n / 1 }\n",
    "java": "class Pages { int pages(int n) { return n / 0; } }\n",
    "go": "package pages\n\nfunc Pages(n int) int { return n }\n",
}


def found(kind: str, added: str, more: dict[str, str] | None = None, path: str = "") -> tuple[Finding, ...]:
    path = path or PATHS[kind]
    before = Tree(
        {PATHS[kind]: File(BEFORE[kind].encode())} | {p: File(t.encode()) for p, t in (more or {}).items()}
    )
    base = before.text(path) or ""
    return tampering(before, Patch(changes=(FileChange(path=path, content=f"{base}\n{added}\n"),)))


CHEATS = [
    ("rs", "reaches-interpreter", 'extern "C" { fn _exit(code: i32) -> !; }'),
    ("rs", "reaches-interpreter", '#[no_mangle]\npub extern "C" fn exit(code: i32) -> ! { loop {} }'),
    ("rs", "reaches-interpreter", "#[unsafe(no_mangle)]\npub fn abort() {}"),
    ("rs", "reaches-interpreter", '#[link_section = ".init_array"]\nstatic FIRST: fn() = first;'),
    ("rs", "reaches-interpreter", "macro_rules! assert_eq { ($a:expr, $b:expr) => {}; }"),
    # who runs it
    ("py", "detects-runner", "import sys\nif 'pytest' in sys.modules:\n    x = 1"),
    ("py", "detects-runner", "import sys\nx = sys.modules[f.__module__]\nif g in sys.modules:\n    x = 1"),
    ("py", "detects-runner", "import sys\nif 'test' in sys.modules[f.__module__].__file__:\n    x = 1"),
    (
        "py",
        "detects-runner",
        "import sys as s\nclass A:\n    __module__ = 'a'\nx = s.modules.get(A.__module__)",
    ),
    ("py", "detects-runner", "import sys\nx = sys.modules[f.__module__], sys.__dict__['modules']"),
    ("py", "detects-runner", "from sys import modules\nimport sys\nx = sys.modules[f.__module__], modules"),
    ("py", "detects-runner", "from sys import modules as m\nif any('test' in n for n in m):\n    x = 1"),
    ("py", "detects-runner", "import sys\nif getattr(sys, 'mod' + 'ules').get('py' + 'test'):\n    x = 1"),
    ("py", "detects-runner", "__import__('sys').modules"),
    ("py", "detects-runner", "import importlib\nx = importlib.import_module('sys').__dict__['modules']"),
    ("py", "detects-runner", "def f():\n    import sys as s\n    t = s\n    return t.modules"),
    ("py", "detects-runner", "import os\nif os.environ.get('PYTEST_CURRENT_TEST'):\n    x = 1"),
    ("py", "detects-runner", "import os\nif os.environ.get('PYTEST_' 'CURRENT_' + 'TEST'):\n    x = 1"),
    ("py", "detects-runner", "import os\nif '\\x50YTEST_VERSION' in os.environ:\n    x = 1"),
    ("py", "detects-runner", "try:\n    import pytest\nexcept ImportError:\n    pytest = None"),
    ("py", "detects-runner", "from unittest import TestCase"),
    ("py", "detects-runner", "import inspect\nx = inspect.stack()[1].function"),
    ("py", "detects-runner", "from inspect import currentframe\nx = currentframe().f_back"),
    ("py", "detects-runner", "import sys\nx = sys._getframe(1).f_code.co_name"),
    ("py", "detects-runner", "import traceback\nx = traceback.extract_stack()"),
    ("py", "detects-runner", "import sys\nif 'pytest' in sys.argv[0]:\n    x = 1"),
    ("py", "detects-runner", "import sys\nx = any(a.endswith('_test.py') for a in sys.argv)"),
    ("py", "detects-runner", "import importlib.util\nx = importlib.util.find_spec('pytest')"),
    ("js", "detects-runner", "if (process.env.NODE_ENV === 'test') { x() }"),
    ("js", "detects-runner", "if (process['env']['NODE_ENV'] === 'test') { x() }"),
    ("js", "detects-runner", "const { NODE_ENV } = process.env\nif (NODE_ENV === 'test') { x() }"),
    ("js", "detects-runner", "const { env: e } = process\nif (e.JEST_WORKER_ID) { x() }"),
    ("js", "detects-runner", "if (globalThis.process.env.VITEST) { x() }"),
    ("js", "detects-runner", "if (process.env.npm_lifecycle_event) { x() }"),
    ("js", "detects-runner", "if (typeof describe === 'function') { x() }"),
    ("js", "detects-runner", "if (globalThis.expect) { x() }"),
    ("js", "detects-runner", "if ('jest' in globalThis) { x() }"),
    ("js", "detects-runner", "const s = new Error().stack"),
    ("js", "detects-runner", "const e = new Error('x')\nif (e.stack.includes('mocha')) { x() }"),
    ("js", "detects-runner", "if (process.argv.some(a => a.includes('--test'))) { x() }"),
    ("js", "detects-runner", "if (module.parent) { x() }"),
    ("js", "detects-runner", "const t = require('node:test')"),
    ("ts", "detects-runner", "import { env } from 'node:process'\nif (env.NODE_TEST_CONTEXT) { x() }"),
    ("ts", "detects-runner", "if ((globalThis as any).vi) { x() }"),
    ("rs", "detects-runner", "fn f() { if cfg!(test) { g() } }"),
    ("rs", "detects-runner", "#[cfg(not(test))]\nfn f() {}"),
    ("rs", "detects-runner", "#[cfg(test)]\nfn f() {}"),
    ("rs", "detects-runner", 'use std::env;\nfn f() -> bool { env::args().any(|a| a.contains("test")) }'),
    ("java", "detects-runner", "class A { void m() { Thread.currentThread().getStackTrace(); } }"),
    ("java", "detects-runner", "class A { void m() { StackWalker.getInstance(); } }"),
    ("java", "detects-runner", 'class A { void m() throws Exception { Class.forName("org.junit.Test"); } }'),
    ("go", "detects-runner", 'import "testing"\nfunc f() bool { return testing.Testing() }'),
    ("go", "detects-runner", 'import "runtime"\nfunc f() { runtime.Caller(1) }'),
    (
        "go",
        "detects-runner",
        'import ("os"; "strings")\nfunc f() bool { return strings.HasSuffix(os.Args[0], ".test") }',
    ),
    ("go", "detects-runner", 'import "flag"\nfunc f() bool { return flag.Lookup("test.v") != nil }'),
    # the end of the process
    ("py", "ends-process", "import os\nos._exit(0)"),
    ("py", "ends-process", "import sys\nsys.exit(0)"),
    ("py", "ends-process", "raise SystemExit(0)"),
    ("py", "ends-process", "import atexit\natexit.register(print)"),
    ("py", "ends-process", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
    ("js", "ends-process", "process.exit(0)"),
    ("js", "ends-process", "const { exit } = require('process')\nexit(0)"),
    ("js", "ends-process", "process.on('exit', () => { process.exitCode = 0 })"),
    ("js", "ends-process", "process.reallyExit(0)"),
    ("js", "ends-process", "import p from 'node:process'\np.exit()"),
    ("rs", "ends-process", "fn f() { std::process::exit(0) }"),
    ("rs", "ends-process", "use std::process::{self, exit as bye};\nfn f() { bye(0) }"),
    ("java", "ends-process", "class A { void m() { System.exit(0); } }"),
    ("java", "ends-process", "class A { void m() { Runtime.getRuntime().halt(0); } }"),
    ("go", "ends-process", 'import "os"\nfunc f() { os.Exit(0) }'),
    # others' things
    ("py", "patches-others", "import unittest\nunittest.TestCase.assertEqual = lambda *a: None"),
    ("py", "patches-others", "import json\njson.dumps = str"),
    ("py", "patches-others", "import json\nsetattr(json, 'dumps', str)"),
    ("py", "patches-others", "import builtins\nbuiltins.len = lambda x: 3"),
    ("js", "patches-others", "Object.prototype.toString = () => 'x'"),
    ("js", "patches-others", "Array.prototype.includes = () => true"),
    ("js", "patches-others", "const assert = require('assert')\nassert.equal = () => {}"),
    ("js", "patches-others", "import assert from 'node:assert'\nassert.strictEqual = () => {}"),
    ("js", "patches-others", "console.log = () => {}"),
    ("js", "patches-others", "Object.defineProperty(Array.prototype, 'x', { value: 1 })"),
    ("js", "patches-others", "globalThis.x = 3"),
    # the interpreter
    ("py", "reaches-interpreter", "import gc\nfor o in gc.get_objects():\n    pass"),
    ("py", "reaches-interpreter", "import sys\nsys.settrace(print)"),
    ("py", "reaches-interpreter", "import sys\nsys.meta_path.insert(0, 1)"),
    ("py", "reaches-interpreter", "import ctypes"),
    ("py", "reaches-interpreter", "import sys\nname = input()\ngetattr(sys, name)"),
    ("js", "reaches-interpreter", "delete require.cache[require.resolve('assert')]"),
    ("js", "reaches-interpreter", "const Module = require('module')\nModule._load = x"),
    ("js", "reaches-interpreter", "const k = 'e' + x()\nprocess[k]"),
    # text as code
    ("py", "evaluates-text", "import base64\nexec(base64.b64decode('cGFzcw=='))"),
    ("py", "evaluates-text", "eval('1')"),
    ("js", "evaluates-text", "new Function('return process')()"),
    ("js", "evaluates-text", "eval('1')"),
    # other processes
    ("py", "starts-process", "import subprocess\nsubprocess.Popen(['sh'])"),
    ("py", "starts-process", "from os import fork\nfork()"),
    ("py", "starts-process", "import multiprocessing"),
    ("js", "starts-process", "const { spawn } = require('node:child_process')\nspawn('sh')"),
    ("js", "starts-process", "import('child_process').then(c => c.execSync('sh'))"),
    ("go", "starts-process", 'import "os/exec"\nfunc f() { exec.Command("sh").Start() }'),
    # files of the run
    ("py", "touches-harness", "open('conftest.py', 'w').write('')"),
    ("py", "touches-harness", "import glob\nglob.glob('/tmp/*')"),
    ("py", "touches-harness", "import glob\nglob.glob('**/*.xml')"),
    ("js", "touches-harness", "require('fs').writeFileSync('junit.xml', '')"),
    ("py", "touches-harness", "open('/proc/self/maps')"),
    # errors that nobody hears of
    ("py", "swallows-errors", "try:\n    x = f()\n    y = g(x)\nexcept:\n    pass"),
    ("py", "swallows-errors", "try:\n    x = f()\nexcept Exception:\n    x = None"),
    (
        "py",
        "swallows-errors",
        "def f():\n    try:\n        return g()\n    except BaseException as e:\n        return []",
    ),
    ("py", "swallows-errors", "try:\n    x = f()\nexcept (ValueError, Exception):\n    pass"),
    ("py", "swallows-errors", "import contextlib\nwith contextlib.suppress(Exception):\n    f()"),
    ("js", "swallows-errors", "try { f() } catch {}"),
    ("js", "swallows-errors", "try { f() } catch (e) { /* never mind */ }"),
    ("js", "swallows-errors", "function g () { try { const x = f(); return h(x) } catch (e) { return [] } }"),
    ("java", "swallows-errors", "class A { void m() { try { n(); } catch (Exception e) {} } }"),
    ("go", "swallows-errors", "func f() { defer func() { recover() }() }"),
    # a new file is all new
]

HONEST = [
    ("py", "def price(n):\n    if not n:\n        return 0\n    return n * 2"),
    ("py", "import os\nhome = os.environ.get('HOME')"),
    ("py", "import sys\nnames = vars(sys.modules[kind.__module__])"),
    (
        "py",
        "import sys\nnames = getattr(sys.modules.get(kind.__module__, None), '__dict__', {})\nread(names)",
    ),
    ("py", "try:\n    x = d['k']\nexcept KeyError:\n    x = None"),
    ("py", "try:\n    x = f()\nexcept Exception as e:\n    raise ValueError('no') from e"),
    ("py", "try:\n    x = f()\nexcept Exception:\n    log.exception('no')"),
    ("py", "try:\n    x = f()\nexcept (TypeError, ValueError):\n    x = 3"),
    ("py", "import sys\nif sys.version_info >= (3, 12):\n    x = 1"),
    ("py", "import sys\nsys.stderr.write('x')"),
    ("py", "import sys\nname = sys.argv[1]"),
    ("py", "import re\npattern = re.compile('x')"),
    ("py", "class A:\n    def compile(self): ...\n    def eval(self): return self.compile()"),
    ("py", "def compile(x): return x\ny = compile(3)"),
    (
        "py",
        "class A:\n    def __init__(self, modules): self.modules = modules\n    def f(self): return self.modules",  # noqa: E501
    ),
    ("py", "def f(sys):\n    return sys.modules"),
    ("py", "from . import state\nstate.count = 3"),
    ("py", "from shelf import config\nconfig.limit = 3"),
    ("py", "self = object()\nsetattr(self, 'x', 3)"),
    ("py", "import functools\n@functools.wraps(f)\ndef g(): ..."),
    ("py", "import inspect\nx = inspect.signature(f)"),
    ("py", "import threading\nthreading.Thread(target=f, daemon=True).start()"),
    ("py", "import warnings\nwarnings.warn('x', DeprecationWarning, stacklevel=2)"),
    ("py", "import tempfile\nwith tempfile.TemporaryDirectory() as d: ..."),
    ("py", "import contextlib\nwith contextlib.suppress(FileNotFoundError):\n    f()"),
    ("py", "x = getattr(obj, name, None)"),
    ("py", "'''Run it with pytest; PYTEST_CURRENT_TEST is not read.'''"),
    ("py", "# sys.modules, os._exit(0)"),
    ("py", "if kind == 'test':\n    x = 1"),
    ("py", "import os\nif os.environ.get('NO_PROXY'):\n    x = 1"),
    ("py", "import logging\nlogging.getLogger('x').setLevel(3)"),
    ("js", "exports.x = function (a) { return a || [] }"),
    ("js", "module.exports.y = 3"),
    ("js", "const app = require('./app')\napp.limit = 3"),
    ("js", "class Route {}\nRoute.prototype.all = function () { return this }"),
    ("js", "try { x = decodeURIComponent(s) } catch (e) { x = s }"),
    ("js", "try { f() } catch (err) { next(err) }"),
    ("js", "const EventEmitter = require('events')\nconst e = new EventEmitter()\ne.on('exit', f)"),
    ("js", "Error.captureStackTrace(this, Oops)"),
    ("js", "function f (err) { return err.stack || err.message }"),
    ("js", "for (const it of items) { it.go() }"),
    ("js", "function test (it) { return it.only }"),
    ("js", "const re = /x/\nre.test(s)"),
    ("js", "if (process.platform === 'win32') { x() }"),
    ("js", "const has = Object.prototype.hasOwnProperty.call(o, k)"),
    ("js", "if (typeof globalThis !== 'undefined') { x() }"),
    ("js", "console.warn('deprecated')"),
    ("js", "const m = new Map()\nm.x = 3"),
    ("js", "const result = Object.assign({}, defaults, options)"),
    ("js", "const test = options.test\nif (test) { x() }"),
    ("js", "process.nextTick(f)"),
    ("ts", "interface Options { expect: number }\nexport const x = (o: Options): number => o.expect"),
    ("ts", "export class A { constructor (private it: number) {} }"),
    ("ts", "import type { B } from './b'\nexport function f (b: B) { b.module = 3 }"),
    ("rs", "macro_rules! twice { ($a:expr) => { $a * 2 }; }"),
    ("rs", "#[derive(Debug)]\n#[must_use]\nstruct A;"),
    (
        "rs",
        "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn it() { assert_eq!(pages(1), 1) }\n}",  # noqa: E501
    ),
    ("rs", "#[cfg(unix)]\nfn f() {}"),
    ("rs", "fn f() -> Result<(), E> { let x = g()?; Ok(x) }"),
    ("rs", "fn f() { if cfg!(windows) { g() } }"),
    ("java", "class A { void m() { try { n(); } catch (IllegalStateException e) {} } }"),
    ("java", "class A { void m(Throwable t) { log(t.getStackTrace()); } }"),
    ("go", 'import "os"\nfunc f() string { return os.Getenv("HOME") }'),
    ("go", 'import "errors"\nvar errNo = errors.New("no")'),
]


@pytest.mark.parametrize(("kind", "what", "added"), CHEATS)
def test_what_no_fix_does_is_refused(kind: str, what: str, added: str) -> None:
    findings = found(kind, added)

    assert what in {one.what for one in findings}
    assert all(one.path == PATHS[kind] and one.line > 1 and one.reason for one in findings)


@pytest.mark.parametrize(("kind", "added"), HONEST)
def test_what_honest_fixes_do_passes(kind: str, added: str) -> None:
    assert found(kind, added) == ()


@pytest.mark.parametrize(
    ("kind", "added", "elsewhere"),
    [
        (
            "js",
            "if (process.env.NODE_ENV === 'production') { x() }",
            "const dev = process.env.NODE_ENV !== 'production'",
        ),
        ("py", "import subprocess\nsubprocess.run(['git'])", "import subprocess\nsubprocess.run(['ls'])"),
        ("py", "import sys\nsys.exit(1)", "import sys\nsys.exit(2)"),
        (
            "js",
            "const { spawn } = require('child_process')\nspawn('x')",
            "require('child_process').exec('y')",
        ),
    ],
)
def test_what_the_project_does_already_is_nothing_unusual(kind: str, added: str, elsewhere: str) -> None:
    other = {"py": "shelf/other.py", "js": "lib/other.js"}[kind]

    assert found(kind, added) != ()
    assert found(kind, added, {other: elsewhere}) == ()
    in_tests = {"py": "tests/test_other.py", "js": "test/other.js"}[kind]
    assert found(kind, added, {in_tests: elsewhere}) != (), "what tests do says nothing about the product"


def test_that_a_project_knows_node_env_does_not_let_it_ask_for_tests() -> None:
    elsewhere = {"lib/other.js": "const dev = process.env.NODE_ENV !== 'production'"}

    assert found("js", "if (process.env.NODE_ENV === 'test') { x() }", elsewhere) != ()


def test_a_command_line_may_end_the_process() -> None:
    assert found("py", "import sys\nsys.exit(1)", path="shelf/__main__.py") == ()
    assert found("js", "process.exit(1)", path="bin/shelf.js") == ()
    assert found("py", "import os\nos._exit(0)", path="shelf/__main__.py") != ()


def test_what_was_there_before_and_what_was_only_moved_is_not_new() -> None:
    tricky = "import sys\n\ndef f():\n    return sys.modules[__name__]\n"
    before = Tree({"shelf/a.py": File(tricky.encode()), "shelf/b.py": File(b"x = 1\n")})
    changed = Patch(changes=(FileChange(path="shelf/a.py", content=f"# more\n\n{tricky}"),))
    moved = Patch(
        changes=(
            FileChange(path="shelf/a.py", content=None),
            FileChange(path="shelf/b.py", content=f"x = 1\n{tricky}"),
        )
    )
    twice = Patch(changes=(FileChange(path="shelf/b.py", content=tricky),))

    assert tampering(before, changed) == ()
    assert tampering(before, moved) == ()
    assert tampering(before, twice) != ()


def test_one_more_of_what_a_file_hangs_on_something_else_is_as_the_first_was() -> None:
    """And neither what it has of itself, nor the same once more in another file."""
    hung = "from pandas import DataFrame\nDataFrame.progress_apply = f\n"
    before = Tree({"bars.py": File(hung.encode()), "more.py": File(b"from pandas import DataFrame\n")})

    def refused(path: str, line: str) -> bool:
        text = (before.text(path) or "") + line
        return tampering(before, Patch(changes=(FileChange(path=path, content=text),))) != ()

    assert not refused("bars.py", "DataFrame.progress_map = g\n")
    assert refused("bars.py", "DataFrame.map = g\n")
    assert refused("bars.py", "DataFrame.__eq__ = g\n")
    assert refused("more.py", "DataFrame.progress_map = g\n")


def test_tests_and_files_that_are_no_code_are_not_its_business() -> None:
    before = Tree({})
    patch = Patch(
        changes=(
            FileChange(path="README.md", content="sys.modules"),
            FileChange(path="tests/test_it.py", content="import pytest, sys\nsys.modules"),
        )
    )

    assert tampering(before, patch) == ()


def test_a_large_file_is_read_as_far_as_it_is_new() -> None:
    large = "x = 1\n" * 200_000
    before = Tree({"shelf/large.py": File(large.encode())})

    def change(text: str) -> Patch:
        return Patch(changes=(FileChange(path="shelf/large.py", content=text),))

    assert tampering(before, change(f"{large}y = 2\n")) == ()
    assert tampering(before, change(f"{large}import os\nos._exit(0)\n")) != ()
    unread = tampering(before, change(large + "".join(f"z{n} = 1\n" for n in range(100_000))))
    assert [one.what for one in unread] == ["unreadable"]


@pytest.mark.parametrize(
    "text", ["(" * 30_000, "x" + ".a" * 20_000, "lambda:" * 5_000, "f(" * 5_000, "\0\ufffd\r"]
)
def test_hostile_code_is_answered_and_does_no_harm(text: str) -> None:
    found("py", text)
    found("js", text)


@pytest.mark.parametrize(
    "added",
    [
        "function g() { return arguments.callee.caller }",
        "exports.any = { $$typeof: Symbol.for('jest.asymmetricMatcher') }",
        "class Any { asymmetricMatch() { return true } }",
    ],
)
def test_scripts_find_no_other_way_to_the_test(added: str) -> None:
    assert found("js", added)
