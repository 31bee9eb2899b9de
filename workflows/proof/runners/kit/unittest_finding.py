# pyright: basic
"""Finds tests as unittest does, or loads those in files. Python 3.8 on."""

from __future__ import annotations

import importlib
import os
import sys
import unittest

_PATTERNS = ("test*.py", "*_test.py")
_FOLDERS = ("tests", "test")


def found(files, unloaded):
    """`unloaded` is told of a file that cannot be, and what it raised."""
    if not files:
        return _discovered()
    return unittest.TestSuite(_loaded(file, unloaded) for file in files)


def flat(suite):
    for test in suite:
        if isinstance(test, unittest.BaseTestSuite):
            yield from flat(test)
        else:
            yield test


def _discovered():
    """In the project's folder, and in one of tests that is no package, into which nobody looks from there."""
    root = os.getcwd()
    places = [os.path.join(root, name) for name in _FOLDERS]
    apart = [at for at in places if os.path.isdir(at) and not os.path.isfile(os.path.join(at, "__init__.py"))]
    for pattern in _PATTERNS:
        suite = unittest.TestSuite(
            unittest.TestLoader().discover(at, pattern=pattern, top_level_dir=at) for at in (root, *apart)
        )
        if suite.countTestCases():
            return suite
    return unittest.TestSuite()


def _loaded(file, unloaded):
    name, _ = os.path.splitext(os.path.basename(file))
    folder = os.path.dirname(os.path.abspath(file))
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        name = package + "." + name
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return unittest.TestLoader().loadTestsFromModule(importlib.import_module(name))
    except BaseException as error:  # noqa: BLE001 - it may as well call `sys.exit`
        unloaded(file, error)
    return unittest.TestSuite()
