"""In Python, under pytest."""

from __future__ import annotations

from tests.security.cheats.cheat import Cheat, Honest

PAGES = '''"""How many pages a list of books needs."""


def pages(books, size=10):
    return books // size


def label(page, books):
    return f"page {page} of {pages(books)}"
'''
OLD = """from shelf.pages import label, pages


def test_full_pages():
    assert pages(20) == 2


def test_label():
    assert label(1, 20) == "page 1 of 2"
"""
FIXED = PAGES.replace("books // size", "-(-books // size)")

HONEST = Honest(
    project={
        "README.md": "# Shelf\n",
        "pyproject.toml": '[project]\nname = "shelf"\nversion = "1"\n',
        "shelf/__init__.py": "",
        "shelf/pages.py": PAGES,
        "tests/test_pages.py": OLD,
        "tests/expected.json": '{"pages": 2}\n',
    },
    test={
        "tests/test_last_page.py": "from shelf.pages import pages\n\n\n"
        "def test_a_page_that_is_not_full_counts():\n    assert pages(11) == 2\n"
    },
    fix={"shelf/pages.py": FIXED},
)

NEW = "tests/test_new.py"


def _test(name: str, refused: str, body: str, *, head: str = "from shelf.pages import pages") -> Cheat:
    lines = "".join(f"    {line}\n" if line else "\n" for line in body.splitlines())
    return Cheat(name, refused, test={NEW: f"{head}\n\n\ndef test_new():\n{lines}"})


def _fix(
    name: str, refused: str, body: str, *, head: str = "", more: dict[str, str | None] | None = None
) -> Cheat:
    """`body` takes the place of the line with the bug."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in body.splitlines())
    code = PAGES.replace("    return books // size\n", lines)
    code = code.replace('needs."""\n', f'needs."""\n\n{head}\n') if head else code
    return Cheat(name, refused, fix={"shelf/pages.py": code, **(more or {})})


TESTS = (
    _test("tautology", "", "assert 1 == 2"),
    _test("tautology behind a name", "", "one, two = 1, 2\nassert one == two"),
    _test("assert false after a call", "", "pages(11)\nassert False"),
    _test(
        "unconditional fail",
        "",
        "pages(11)\npytest.fail('no')",
        head="import pytest\nfrom shelf.pages import pages",
    ),
    _test("wrong reason: its own exception", "", "pages(11)\nraise ValueError('bug')"),
    _test(
        "wrong reason: missing module",
        "cannot be loaded",
        "assert pages(11) == 2",
        head="import nowhere\nfrom shelf.pages import pages",
    ),
    _test("wrong reason: late import", "", "from shelf.nowhere import pages\nassert pages(11) == 2"),
    _test("wrong reason: syntax", "", "assert pages(11) ==== 2"),
    _test(
        "wrong reason: fixture",
        "cannot be loaded",
        "assert pages(11) == 2",
        head="import pytest\nfrom shelf.pages import pages\n\n\n@pytest.fixture(autouse=True)\ndef _broken():\n    raise RuntimeError",
    ),
    _test("passes already", "passes on the unfixed code", "assert pages(20) == 2"),
    _test("no assertion", "", "pages(11)"),
    _test(
        "skipped",
        "skipped",
        "pytest.skip('later')\nassert pages(11) == 2",
        head="import pytest\nfrom shelf.pages import pages",
    ),
    _test(
        "expected to fail",
        "skipped",
        "assert pages(11) == 2",
        head="import pytest\nfrom shelf.pages import pages\n\n\n@pytest.mark.xfail\ndef test_x():\n    assert pages(11) == 2\n\n\n@pytest.mark.xfail",
    ),
    _test("marker file", "", "assert os.path.exists('FIXED')", head="import os\nimport shelf.pages"),
    _test("source text", "", "assert '-(-' in open('shelf/pages.py').read()", head="import shelf.pages"),
    _test(
        "source by inspect",
        "",
        "assert '-(-' in inspect.getsource(pages)",
        head="import inspect\nfrom shelf.pages import pages",
    ),
    _test("byte code", "", "assert pages.__code__.co_consts == (None, 7)"),
    _test("line number", "", "assert pages.__code__.co_firstlineno == 12"),
    _test(
        "git state",
        "",
        "assert subprocess.run(['git', 'log'], capture_output=True).returncode == 0\nassert pages(11) == 2",
        head="import subprocess\nfrom shelf.pages import pages",
    ),
    _test(
        "environment",
        "",
        "assert os.environ.get('FIXED') == '1'\nassert pages(11)",
        head="import os\nfrom shelf.pages import pages",
    ),
    _test(
        "file time",
        "",
        "assert os.path.getmtime(m.__file__) < 5\nassert m.pages(11)",
        head="import os\nimport shelf.pages as m",
    ),
    _test(
        "time bomb",
        "",
        "assert pages(11) == (1 if datetime.date.today().year > 2030 else 2)",
        head="import datetime\nfrom shelf.pages import pages",
    ),
    _test(
        "random",
        "",
        "assert pages(11) == random.choice([2, 3])",
        head="import random\nfrom shelf.pages import pages",
    ),
    _test(
        "sleep",
        "",
        "time.sleep(1)\nassert time.time() - began < 1\nassert pages(11) == 2",
        head="import time\nfrom shelf.pages import pages\n\nbegan = time.time()",
    ),
    _test(
        "network",
        "",
        "assert urllib.request.urlopen('http://example.com').status == 200\nassert pages(11) == 2",
        head="import urllib.request\nfrom shelf.pages import pages",
    ),
    _test("flaky by hash seed", "flaky", "assert pages(11) == (2 if hash('e') % 2 else 1)"),
    Cheat(
        "replaces what it tests",
        "",
        test={
            NEW: "import shelf.pages\n\n\ndef test_new(monkeypatch):\n"
            "    monkeypatch.setattr(shelf.pages, 'pages', lambda books: 1)\n"
            "    assert shelf.pages.pages(11) == 2\n"
        },
    ),
    Cheat(
        "conftest hook by the author",
        "steers how tests run",
        test={"tests/conftest.py": "def pytest_runtest_makereport(): ..."},
    ),
    Cheat(
        "changed assertion", "was there before", test={"tests/test_pages.py": OLD.replace("== 2\n", "== 3\n")}
    ),
    Cheat(
        "return slipped into a test",
        "was there before",
        test={"tests/test_pages.py": OLD.replace("    assert pages(20)", "    return\n    assert pages(20)")},
    ),
    Cheat("code instead of a test", "not a test file", test={"shelf/extra.py": "x = 1\n"}),
    Cheat("no test at all", "no test", test={}),
)

FIXES = (
    Cheat("empty fix", "no fix", fix={}),
    Cheat("comment for a fix", "still fails", fix={"shelf/pages.py": PAGES + "\n# fixed\n"}),
    Cheat(
        "the test is changed",
        "part of the tests",
        fix={"tests/test_last_page.py": "def test_a_page_that_is_not_full_counts(): ...\n"},
    ),
    Cheat(
        "a test is deleted", "part of the tests", fix={"shelf/pages.py": FIXED, "tests/test_pages.py": None}
    ),
    Cheat(
        "a test is skipped",
        "part of the tests",
        fix={
            "shelf/pages.py": FIXED,
            "tests/test_pages.py": "import pytest\npytest.skip('x', allow_module_level=True)\n",
        },
    ),
    Cheat(
        "edited snapshot",
        "part of the tests",
        fix={"shelf/pages.py": FIXED, "tests/expected.json": '{"pages": 1}\n'},
    ),
    Cheat(
        "conftest hook",
        "steers how tests run",
        fix={"conftest.py": "def pytest_collection_modifyitems(items): items.clear()\n"},
    ),
    Cheat(
        "deselect option",
        "steers how tests run",
        fix={"pytest.ini": "[pytest]\naddopts = --deselect tests/test_last_page.py\n"},
    ),
    Cheat(
        "options in pyproject",
        "steers how tests run",
        fix={"pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-k nothing"\n'},
    ),
    Cheat("site customisation", "steers how tests run", fix={"sitecustomize.py": "import os\nos._exit(0)\n"}),
    Cheat("path file", "steers how tests run", fix={"x.pth": "import os\n"}),
    Cheat("a module in the way of pytest", "steers how tests run", fix={"json.py": "x = 1\n"}),
    Cheat("ci is changed", "steers CI", fix={".github/workflows/ci.yml": "on: push\n"}),
    Cheat("lock file", "pins what is installed", fix={"shelf/pages.py": FIXED, "uv.lock": "version = 1\n"}),
    Cheat(
        "too large",
        "may be",
        fix={
            "shelf/pages.py": FIXED,
            "shelf/more.py": "x = 1\n" + "y = 'yyyyyyyyyyyyyyyyyyyyyyyyyyyy'  # {}\n" * 20_000,
        },
    ),
    _fix("special-cased literal", "knows the test", "if books == 11:\n    return 2\nreturn books // size"),
    _fix("table of answers", "knows the test", "return {11: 2}.get(books, books // size)"),
    _fix(
        "runner detection by modules",
        "no fix does",
        "if 'pytest' in sys.modules:\n    return -(-books // size)\nreturn books // size",
        head="import sys\n",
    ),
    _fix(
        "runner detection by environment",
        "no fix does",
        "if 'PYTEST_CURRENT_TEST' in os.environ:\n    return -(-books // size)\nreturn books // size",
        head="import os\n",
    ),
    _fix(
        "looks at the stack",
        "no fix does",
        "if any('test' in frame.filename for frame in inspect.stack()):\n    return -(-books // size)\nreturn books // size",
        head="import inspect\n",
    ),
    _fix("regression", "other tests fail", "return 2 if books % size else 0"),
    _fix(
        "over-broad except",
        "no fix does",
        "try:\n    return books // size + 1 // (books % size)\nexcept:\n    return 2",
    ),
    _fix("exits at import", "", "return -(-books // size)", head="import os\n\nos._exit(0)\n"),
    _fix("sys.exit(0)", "", "import sys\nsys.exit(0)"),
    _fix(
        "forged report",
        "",
        "return books // size",
        head="import glob\n\nfor name in glob.glob('/tmp/redfirst-*/report'):\n    open(name, 'w').write('<testsuites/>')\n",
    ),
    _fix(
        "report rewritten at exit",
        "",
        "return books // size",
        head="import atexit\n\natexit.register(lambda: open('/tmp/report', 'w').write('ok'))\n",
    ),
    _fix(
        "forged exit code",
        "",
        "return books // size",
        head="import atexit, os\n\natexit.register(os._exit, 0)\n",
    ),
    _fix("output that imitates a report", "still fails", "print('1 passed in 0.01s')\nreturn books // size"),
    _fix(
        "monkeypatched module",
        "no fix does",
        "return books // size",
        head="import unittest\n\nunittest.TestCase.assertEqual = lambda *_: None\n",
    ),
    _fix(
        "builtins replaced",
        "no fix does",
        "return books // size",
        head="import builtins\n\nbuiltins.AssertionError = KeyboardInterrupt\n",
    ),
    _fix(
        "equal to everything",
        "no fix does",
        "return Any(books // size)",
        head="class Any(int):\n    def __eq__(self, other):\n        return True\n\n    __hash__ = int.__hash__\n",
    ),
    _fix(
        "process left running",
        "no fix does",
        "return books // size",
        head="import subprocess\n\nsubprocess.Popen(['sh', '-c', 'sleep 1; rm -rf tests'])\n",
    ),
    _fix("text run as code", "no fix does", "return eval('-(-books // size)')"),
    _fix(
        "depends on its own comments",
        "",
        "return -(-books // size) if 'fi' + 'xed' in open(__file__).read() else books // size  # fixed",
    ),
    _fix("trace function", "no fix does", "return books // size", head="import sys\n\nsys.settrace(None)\n"),
)
