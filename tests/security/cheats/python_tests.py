"""Tests that show nothing of the bug, each refused by reading alone, and honest ones that look alike."""

from __future__ import annotations

from collections.abc import Mapping


def _test(body: str, head: str = "") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{head}from shelf.urls import clean\n\n\ndef test_new(tmp_path):\n{lines}"


_ASK = "import shelf.urls\n"

BROAD: Mapping[str, str] = {
    "any error": _test("with pytest.raises(Exception):\n    clean(None)", "import pytest\n"),
    "any error at all": _test("with pytest.raises(BaseException):\n    clean(None)", "import pytest\n"),
    "any error among others": _test(
        "with pytest.raises((ValueError, Exception)):\n    clean(None)", "import pytest\n"
    ),
    "any error with a name": _test(
        "with pytest.raises(Exception) as caught:\n    clean(None)", "import pytest\n"
    ),
    "any error by a function": _test("pytest.raises(Exception, clean, None)", "import pytest\n"),
    "any error by a name": _test("with raises(Exception):\n    clean(None)", "from pytest import raises\n"),
    "any error in a class": "import unittest\n\nfrom shelf.urls import clean\n\n\n"
    "class TestNew(unittest.TestCase):\n    def test_new(self):\n"
    "        with self.assertRaises(Exception):\n            clean(None)\n",
}

SOURCE: Mapping[str, str] = {
    "where a module is from": _test(
        "assert 'strip' in open(find_spec('shelf.urls').origin).read()",
        "from importlib.util import find_spec\n",
    ),
    "where a module says it is from": _test(
        "assert 'strip' in open(shelf.urls.__spec__.origin).read()", _ASK
    ),
    "what loaded it": _test("assert 'strip' in shelf.urls.__loader__.get_source('shelf.urls')", _ASK),
    "a resource": _test(
        "assert 'strip' in importlib.resources.read_text('shelf', 'urls.py')",
        "import importlib.resources\n",
    ),
    "its tree": _test("assert ast.parse(source)", "import ast\n\nsource = open('shelf/urls.py').read()\n"),
    "its lines, counted": _test("sys.settrace(print)\nassert clean('') == 'x'", "import sys\n"),
    "its code, packed": _test("assert len(marshal.dumps(clean)) > 5", "import marshal\n"),
    "its line": _test("assert clean.__code__.co_firstlineno > 5"),
    "the version": _test("assert shelf.__version__ != '1.0'", "import shelf\n"),
    "the version of what is installed": _test(
        "assert importlib.metadata.version('shelf') != '1.0'", "import importlib.metadata\n"
    ),
    "all names": _test("assert len(dir(shelf.urls)) > 9", _ASK),
    "all names, as a dictionary": _test("assert len(vars(shelf.urls)) > 9", _ASK),
}

SURROUNDINGS: Mapping[str, str] = {
    "the machine": _test("assert clean(platform.node()) == 'x'", "import platform\n"),
    "the machine's name": _test("assert clean(socket.gethostname()) == 'x'", "import socket\n"),
    "the user": _test("assert clean(getpass.getuser()) == 'x'", "import getpass\n"),
    "where a thing lies": _test("assert clean(str(id(clean) % 2)) == 'x'"),
}

CHEATS: Mapping[str, str] = {**BROAD, **SOURCE, **SURROUNDINGS}

HONEST: Mapping[str, str] = {
    "one error": _test("with pytest.raises(ValueError):\n    clean(None)", "import pytest\n"),
    "any error that says this": _test(
        "with pytest.raises(Exception, match='no address'):\n    clean(None)", "import pytest\n"
    ),
    "any error that is looked at": _test(
        "with pytest.raises(Exception) as caught:\n    clean(None)\nassert 'None' in str(caught.value)",
        "import pytest\n",
    ),
    "a file of its own": _test(
        "(tmp_path / 'x').write_text('a')\nassert clean((tmp_path / 'x').name) == 'y'"
    ),
    "its own folder": _test(
        "monkeypatch.chdir(tmp_path)\nassert clean(os.getcwd()) == str(tmp_path)", "import os\n"
    ),
    "where it is started": _test("assert clean(os.getcwd()) == str(os.getcwd())", "import os\n"),
    "whether there is another module": _test(
        "if find_spec('numpy') is not None:\n    pass\nassert clean('a') == 'b'",
        "from importlib.util import find_spec\n",
    ),
    "the same thing": _test("assert id(clean) == id(clean('a'))"),
    "names that it offers": _test("assert 'clean' in shelf.urls.__all__", _ASK),
    "the environment of another process": _test(
        "env = dict(os.environ, SHELF='1')\nout = subprocess.run([sys.executable, '-m', 'shelf'], env=env)\n"
        "assert clean(out) == 'x'",
        "import os, subprocess, sys\n",
    ),
    "the arguments that it sets": _test(
        "monkeypatch.setattr(sys, 'argv', ['shelf'])\nassert clean(sys.argv[0]) == 'x'", "import sys\n"
    ),
}
