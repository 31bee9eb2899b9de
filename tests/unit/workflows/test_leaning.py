"""A test leans on the code that it tests and on nothing else; honest ways to the same things may pass."""

from __future__ import annotations

import pytest

from workflows.code.languages import Language
from workflows.proof.leaning import leaning

PROJECT = ("src/shelf/pages.py", "lib/pages.js", "src/lib.rs", "tests/data.json", "package.json")
PY, JS, RUST = Language.PYTHON, Language.JAVASCRIPT, Language.RUST
JAVA, GO = Language.JAVA, Language.GO


def whats(text: str, language: Language, base: str | None = None) -> set[str]:
    return {one.what for one in leaning("tests/test_it", text, base, language, PROJECT)}


@pytest.mark.parametrize(
    ("language", "text", "what"),
    [
        (PY, "import subprocess\nsubprocess.run(['git', 'log'])", "leans-on-git"),
        (PY, "from pathlib import Path\nPath('.git/HEAD').exists()", "leans-on-git"),
        (PY, "import git\ngit.Repo('.')", "leans-on-git"),
        (JS, "require('child_process').execSync('git log')", "leans-on-git"),
        (PY, "import os\nx = os.environ['HOME']", "leans-on-environment"),
        (PY, "from os import environ as e\nx = e.get('HOME')", "leans-on-environment"),
        (PY, "import os\nos.getenv('CI')", "leans-on-environment"),
        (
            PY,
            "import os\n@mock.patch.dict(os.environ, {'A': 'b'})\ndef test_a(x):\n    assert os.environ['B']",
            "leans-on-environment",
        ),
        (
            PY,
            "import os\n@mock.patch.dict(os.environ, {}, clear=True)\ndef test_a(x): ...\n\n"
            "def test_b(x):\n    assert os.environ['B']",
            "leans-on-environment",
        ),
        (JS, "if (process.env.CI) f()", "leans-on-environment"),
        (RUST, 'fn f() { std::env::var("x"); }', "leans-on-environment"),
        (JAVA, 'class A { void m() { System.getenv("x"); } }', "leans-on-environment"),
        (GO, 'package p\nimport "os"\nfunc f() { os.Getenv("x") }', "leans-on-environment"),
        (PY, "import os\nos.stat(p).st_mtime", "leans-on-file-times"),
        (PY, "import os\nos.path.getmtime(p)", "leans-on-file-times"),
        (JS, "const { statSync } = require('fs')\nstatSync(p).mtimeMs", "leans-on-file-times"),
        (PY, "import inspect\ninspect.getsource(f)", "leans-on-source"),
        (
            PY,
            "from pathlib import Path\nPath(__file__).parent.joinpath('../src/shelf/pages.py').read_text()",
            "leans-on-source",
        ),
        (PY, "import shelf\nopen(shelf.__file__).read()", "leans-on-source"),
        (PY, "from shelf import f\nf.__code__.co_consts", "leans-on-source"),
        (JS, "fs.readFileSync(path.join(__dirname, '../lib/pages.js'))", "leans-on-source"),
        (JS, "const { f } = require('../lib/pages')\nf.toString()", "leans-on-source"),
        (JS, "const f = require('../lib/pages').f\nf.toString()", "leans-on-source"),
        (RUST, 'fn f() { let s = include_str!("../src/lib.rs"); }', "leans-on-source"),
        (PY, "import urllib.request\nurllib.request.urlopen('http://example.com')", "leans-on-network"),
        (JS, "fetch('https://example.com/x')", "leans-on-network"),
        (PY, "import time\nx = time.time()", "leans-on-clock"),
        (PY, "from datetime import datetime as d\nd.now()", "leans-on-clock"),
        (PY, "import datetime\ndatetime.date.today()", "leans-on-clock"),
        (JS, "Date.now()", "leans-on-clock"),
        (JS, "const d = new Date()", "leans-on-clock"),
        (JAVA, "class A { long m() { return System.currentTimeMillis(); } }", "leans-on-clock"),
        (GO, 'package p\nimport "time"\nfunc f() { time.Now() }', "leans-on-clock"),
        (PY, "import random\nrandom.random()", "leans-on-chance"),
        (PY, "from uuid import uuid4\nuuid4()", "leans-on-chance"),
        (PY, "import os\nos.urandom(3)", "leans-on-chance"),
        (PY, "import random\nrandom.seed()\nrandom.random()", "leans-on-chance"),
        (JS, "Math.random() > 0.5", "leans-on-chance"),
        (JS, "import { randomUUID } from 'node:crypto'\nrandomUUID()", "leans-on-chance"),
        (PY, "open('marker', 'w')", "leaves-files"),
        (PY, "from pathlib import Path\nPath('/tmp/marker').touch()", "leaves-files"),
        (JS, "require('fs').writeFileSync('/tmp/marker', '')", "leaves-files"),
        (PY, "import time\ntime.sleep(5)", "sleeps"),
        (JS, "setTimeout(done, 5000)", "sleeps"),
    ],
)
def test_what_a_test_may_not_lean_on_is_told_its_author(language: Language, text: str, what: str) -> None:
    assert what in whats(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (PY, "from shelf import f\ndef test_f(): assert f(1) == 2"),
        (PY, "def test_f(monkeypatch): monkeypatch.setenv('HOME', '/x')"),
        (PY, "import os\nfrom unittest import mock\nwith mock.patch.dict(os.environ, {'A': 'b'}): f()"),
        (PY, "import os, subprocess, sys\nsubprocess.run([sys.executable], env=os.environ.copy())"),
        (PY, "import os\nos.environ['A'] = 'b'"),
        (
            PY,
            "import os\n@mock.patch.dict(os.environ, {'A': 'b'}, clear=True)\ndef test_a(x):\n"
            "    assert os.environ == {'A': 'b'}",
        ),
        (PY, "from pathlib import Path\nDATA = (Path(__file__).parent / 'data.json').read_text()"),
        (PY, "import os\nos.utime(p, (1, 1))\nassert os.stat(p).st_mtime == 1"),
        (PY, "def test_f(tmp_path): (tmp_path / 'a.py').write_text('x')"),
        (PY, "def test_f(tmp_path): open(tmp_path / 'a', 'w')"),
        (PY, "open('tests/data.json').read()"),
        (PY, "def test_f(tmp_path, monkeypatch):\n    monkeypatch.chdir(tmp_path)\n    open('a', 'w')"),
        (PY, "import socket\nsocket.create_connection(('127.0.0.1', port))"),
        (PY, "import requests\nrequests.get(f'http://localhost:{port}/')"),
        (PY, "import datetime\nassert f(datetime.datetime(2020, 1, 1)) == 3"),
        (
            PY,
            "from freezegun import freeze_time\nimport time\n@freeze_time('2020-01-01')\ndef test_f(): time.time()",  # noqa: E501
        ),
        (PY, "import random\nrandom.seed(3)\nrandom.random()"),
        (PY, "import random\nrandom.Random(3).random()"),
        (PY, "import uuid\nuuid.UUID(int=3)"),
        (PY, "import time\ntime.sleep(0.01)"),
        (PY, "assert parse('https://example.com/x.git').host == 'example.com'"),
        (PY, "assert commands() == ['git', 'log']"),
        (JS, "process.env.X = 'y'\nassert(f(process.env.X))"),
        (JS, "const { f } = require('../lib/pages.js')\nconst p = f(3).at\nexpect(p.toString()).toBe('3')"),
        (JS, "const { f } = require('../lib/pages.js')\nexpect(f(3).toString()).toBe('3')"),
        (JS, "new Date(2020, 1, 1).getTime()"),
        (JS, "jest.useFakeTimers()\nDate.now()"),
        (JS, "vi.setSystemTime(0)\nnew Date()"),
        (JS, "jest.spyOn(Math, 'random')\nMath.random()"),
        (JS, "const s = http.createServer(f)\nfetch(`http://localhost:${p}`)"),
        (JS, "setTimeout(done, 10)"),
        (JS, "fs.readFileSync(path.join(__dirname, 'data.json'))"),
        (RUST, "#[test]\nfn f() { assert_eq!(g(1), 2) }"),
        (GO, 'package p\nimport "time"\nfunc f() { time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }'),
    ],
)
def test_honest_ways_to_the_same_pass(language: Language, text: str) -> None:
    assert whats(text, language) == set()


def test_what_the_file_did_before_is_not_its_new_tests_business() -> None:
    base = "import time\n\ndef test_a():\n    time.time()\n"

    assert whats(f"{base}\ndef test_b():\n    assert f(1) == 2\n", PY, base) == set()
    assert whats(f"{base}\ndef test_b():\n    time.time()\n", PY, base) == {"leans-on-clock"}


def test_a_finding_says_where_and_what_to_do_instead() -> None:
    [one] = leaning("tests/test_it.py", "import time\n\nx = time.time()\n", None, PY, PROJECT)

    assert (one.path, one.line, one.code) == ("tests/test_it.py", 3, "x = time.time()")
    assert "give the code a fixed time" in one.reason


def test_a_test_that_is_too_large_is_refused() -> None:
    assert whats("x = 1\n" * 200_000, PY) == {"unreadable"}


def test_asking_for_node_env_once_more_is_usual_where_the_file_did() -> None:
    base = "const isLive = process.env.NODE_ENV === 'production'\n"
    assert whats(f"{base}const again = process.env.NODE_ENV === 'production'\n", JS, base) == set()
    assert whats(f"{base}const again = process.env.CI\n", JS, base) == {"leans-on-environment"}


def test_a_function_that_is_called_to_string_and_given_something_reads_no_source() -> None:
    assert whats("const shelf = require('../lib/pages')\nshelf.toString(12)", JS) == set()


def test_a_clock_that_the_test_holds_may_be_set_to_now() -> None:
    assert whats("const MockDate = require('mockdate')\nMockDate.set(new Date())", JS) == set()
