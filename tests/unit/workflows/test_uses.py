"""What code refers to is found under the name it has where it comes from, whatever the file calls it."""

from __future__ import annotations

import pytest

from workflows.code.languages import Language, language_of
from workflows.code.syntax import Unread
from workflows.code.uses import Use, Way, uses

PY, JS, TS = Language.PYTHON, Language.JAVASCRIPT, Language.TYPESCRIPT


def named(text: str, language: Language) -> set[str]:
    found = uses(text, language)
    assert not isinstance(found, Unread)
    return {use.name for use in found if not use.own and use.way not in {Way.TEXT, Way.IMPORT}}


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        (PY, "from os import environ as e\ne['X']", "os.environ"),
        (PY, "import sys\nsys.modules['x']", "sys.modules"),
        (PY, "import os.path\nos.path.join(a, b)", "os.path.join"),
        (PY, "import os.path as p\np.join(a, b)", "os.path.join"),
        (PY, "import sys\ns = sys\nt = s\nt.modules", "sys.modules"),
        (PY, "import sys\ndef f(s=sys):\n    return s.modules", "sys.modules"),
        (PY, "import sys\ngetattr(sys, 'modules')", "sys.modules"),
        (PY, "import sys\ngetattr(sys, 'mod' + 'ules')", "sys.modules"),
        (PY, "import sys\nsys.__dict__['modules']", "sys.modules"),
        (PY, "import sys\nvars(sys)['modules']", "sys.modules"),
        (PY, "import sys\nglobals()['sys'].modules", "sys.modules"),
        (PY, "__import__('sys').modules", "sys.modules"),
        (PY, "import importlib\nimportlib.import_module('sys').modules", "sys.modules"),
        (PY, "from importlib import import_module\nx = import_module('sys')\nx.modules", "sys.modules"),
        (PY, "from os import *\nenviron", "os.environ"),
        (
            PY,
            "class A:\n    sys = 3\n    def f(self):\n        import sys\n        return sys.modules",
            "sys.modules",
        ),
        (PY, "import sys\nf'{sys.modules}'", "sys.modules"),
        (PY, "import builtins\nbuiltins.eval('x')", "eval"),
        (PY, "from . import state\nstate.x", ".state.x"),
        (JS, "const { execSync } = require('child_process')\nexecSync('x')", "child_process.execSync"),
        (JS, "const { execSync: go } = require('node:child_process')\ngo('x')", "child_process.execSync"),
        (JS, "require('child_process').execSync('x')", "child_process.execSync"),
        (JS, "import fs from 'node:fs'\nfs.readFileSync(p)", "fs.readFileSync"),
        (JS, "import * as fs from 'fs'\nfs.readFileSync(p)", "fs.readFileSync"),
        (JS, "import { readFileSync as r } from 'fs'\nr(p)", "fs.readFileSync"),
        (JS, "const fs = await import('fs')\nfs.readFileSync(p)", "fs.readFileSync"),
        (JS, "process['env']['NODE_ENV']", "process.env.NODE_ENV"),
        (JS, "process.env?.NODE_ENV", "process.env.NODE_ENV"),
        (JS, "globalThis.process.env.NODE_ENV", "process.env.NODE_ENV"),
        (JS, "const { env } = process\nenv.NODE_ENV", "process.env.NODE_ENV"),
        (JS, "const { env: { } , env: e } = process\ne.NODE_ENV", "process.env.NODE_ENV"),
        (JS, "new Error('x').stack", "Error.stack"),
        (JS, "const e = new Error()\ne.stack", "Error.stack"),
        (JS, "{ const sys = 3 }\nsys.x", "sys.x"),
        (TS, "import fs = require('fs')\n;(fs as any).readFileSync!(p)", "fs.readFileSync"),
        (Language.TSX, "const x = <p>{process.env.CI}</p>", "process.env.CI"),
        (Language.RUST, "use std::process;\nfn f() { process::exit(1) }", "std.process.exit"),
        (Language.RUST, "use std::{env, process::{self, exit as e}};\nfn f() { e(1) }", "std.process.exit"),
        (Language.RUST, 'fn f() { println!("{}", std::process::id()) }', "std.process.id"),
        (
            Language.JAVA,
            "import static java.lang.System.exit;\nclass A { void m() { exit(1); } }",
            "System.exit",
        ),
        (
            Language.JAVA,
            "class A { void m() { Thread.currentThread().getName(); } }",
            "Thread.currentThread.getName",
        ),
        (Language.GO, 'package p\nimport e "os/exec"\nfunc f() { e.Command("x") }', "os/exec.Command"),
    ],
)
def test_a_name_is_followed_to_where_it_comes_from(language: Language, text: str, name: str) -> None:
    assert name in named(text, language)


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        (PY, "def f(sys):\n    return sys.modules", "sys.modules"),
        (PY, "class A:\n    def f(self):\n        return self.sys.modules", "sys.modules"),
        (PY, "for sys in x:\n    sys.modules", "sys.modules"),
        (PY, "[sys.modules for sys in x]", "sys.modules"),
        (PY, "def eval(x): ...\neval('x')", "eval"),
        (PY, "f(eval=3)", "eval"),
        (PY, "# sys.modules\n'''sys.modules'''", "sys.modules"),
        (JS, "function f (process) { return process.exit() }", "process.exit"),
        (JS, "const f = process => process.exit()", "process.exit"),
        (JS, "for (const it of x) { it() }", "it"),
        (JS, "const o = { it: 3, expect () {} }", "it"),
        (JS, "class A { expect () { return this.it } }", "expect"),
        (JS, "try { x() } catch (it) { it() }", "it"),
    ],
)
def test_what_a_file_calls_so_itself_is_its_own(language: Language, text: str, name: str) -> None:
    assert name not in named(text, language)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        (PY, "x = 'PYTEST_CURRENT_TEST'", "PYTEST_CURRENT_TEST"),
        (PY, "x = 'PYTEST_' 'CURRENT_' + 'TEST'", "PYTEST_CURRENT_TEST"),
        (PY, r"x = '\x50YTEST'", "PYTEST"),
        (PY, r"x = r'\x50YTEST'", r"\x50YTEST"),
        (PY, "x = f'a{b}c'", "ac"),
        (JS, "x = 'NODE_' + 'ENV'", "NODE_ENV"),
        (JS, r"x = '\u004eODE_ENV'", "NODE_ENV"),
        (JS, "x = `NODE_ENV`", "NODE_ENV"),
        (Language.RUST, 'fn f() { g(r#"a"b"#) }', 'a"b'),
        (Language.GO, "package p\nvar x = `a`", "a"),
        (Language.JAVA, 'class A { String s = "a" + "b"; }', "ab"),
    ],
)
def test_a_text_is_read_as_the_program_would(language: Language, text: str, said: str) -> None:
    found = uses(text, language)

    assert not isinstance(found, Unread)
    assert said in {use.name for use in found if use.way is Way.TEXT}


def test_it_is_said_whether_a_name_is_read_called_or_replaced_and_where() -> None:
    found = uses("import json, os\n\n\njson.dumps(1)\njson.dumps = 2\ndel os.x\nos.y, z = 1, 2\nos.z\n", PY)

    assert not isinstance(found, Unread)
    assert [(use.name, use.way, use.line) for use in found] == [
        ("json", Way.IMPORT, 1),
        ("os", Way.IMPORT, 1),
        ("json.dumps", Way.CALL, 4),
        ("json.dumps", Way.WRITE, 5),
        ("os.x", Way.WRITE, 6),
        ("os.y", Way.WRITE, 7),
        ("os.z", Way.READ, 8),
    ]
    assert found[2].code == "json.dumps(1)"


def test_a_name_that_is_not_written_out_is_marked() -> None:
    found = uses("import sys\ngetattr(sys, name)", PY)

    assert not isinstance(found, Unread)
    assert Use("sys", Way.CALL, 2, "getattr(sys, name)", unknown=True) in found


@pytest.mark.parametrize("text", ["x = 1\n" * 200_000, "0\n" * 210_000])
def test_what_is_too_large_is_not_read(text: str) -> None:
    assert isinstance(uses(text, PY), Unread)


@pytest.mark.parametrize(
    "text",
    [
        "x" + ".a" * 5_000,
        "lambda s:" * 2_000,
        "f(" * 3_000,
        "'a'+" * 5_000,
        "x=" * 5_000,
        "f'{" * 1_000,
        "",
    ],
)
def test_code_that_nests_deep_or_is_broken_is_answered(text: str) -> None:
    for language in (PY, JS):
        uses(text, language)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a/b.py", PY),
        ("b.MJS", JS),
        ("b.test.ts", TS),
        ("b.tsx", Language.TSX),
        ("b.json", None),
        ("Makefile", None),
    ],
)
def test_a_language_is_told_by_the_name_of_the_file(path: str, language: Language | None) -> None:
    assert language_of(path) is language
