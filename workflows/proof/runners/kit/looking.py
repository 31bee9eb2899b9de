# pyright: basic
"""Where an exception came by, and which files a test touched. Python 3.8 on."""

from __future__ import annotations

import os
import sys
import threading

_INSTALLED = frozenset({"site-packages", "dist-packages", "node_modules"})
_FIXTURES = frozenset({"_callSetUp", "_callTearDown", "_callCleanup", "doCleanups", "_handleClassSetUp"})
_STARTS = frozenset({"subprocess.Popen", "os.posix_spawn", "os.fork", "os.exec", "os.system"})
_ELSEWHERE = "another process"
_OPTIMIZED = 0x01  # the code of a function, and not that of a module or a class body


def places(root):
    """From a file as code knows it to the same from the project's folder; None is not the project's."""
    root = os.path.realpath(root) + os.sep
    environments = tuple(os.path.realpath(at) + os.sep for at in {sys.prefix, sys.exec_prefix})
    environments = tuple(at for at in environments if at != root and at.startswith(root))
    known = {}
    real, join, separator = os.path.realpath, os.path.join, os.sep

    def place(name):
        if name in known:
            return known[name]
        found = None
        if name and not name.startswith("<"):
            path = real(join(root, name))
            if path.startswith(root) and not path.startswith(environments):
                parts = path[len(root) :].split(separator)
                found = None if _INSTALLED.intersection(parts) else "/".join(parts)
        known[name] = found
        return found

    return place


def frames(trace, place, tools):
    """From the test inwards; what called the test is left out."""
    found = []
    while trace is not None:
        found.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno or 0))
        trace = trace.tb_next
    ours = [number for number, (name, _) in enumerate(found) if place(name) is not None]
    others = [number for number, (name, _) in enumerate(found) if not name.startswith(tools)]
    first = (ours or others or [0])[0]
    return [(place(name) or name, line) for name, line in found[first:]]


def in_fixture(trace):
    """Whether it was not the method itself of a `TestCase` that raised, but what is done before or after."""
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name in _FIXTURES and os.path.dirname(code.co_filename).endswith("unittest"):
            return True
        trace = trace.tb_next
    return False


class Touched:
    """Notes the files of the functions that are called while it looks, of what was loaded for that, and
    whether another process was started: what runs there is not seen."""

    def __init__(self, place):
        self._seen = {}
        self._place = place
        self._modules, self._elsewhere = sys.modules, False
        sys.addaudithook(self._hear)
        self._settrace, self._in_threads = sys.settrace, threading.settrace

    def start(self, *, anew):
        if anew:
            self._seen.clear()
            self._elsewhere = False
        seen = self._seen

        def look(frame, event, argument):  # noqa: ARG001
            code = frame.f_code
            if code.co_flags & _OPTIMIZED:
                seen[code.co_filename] = None

        self._in_threads(look)
        self._settrace(look)

    def stop(self):
        self._settrace(None)
        self._in_threads(None)

    def files(self):
        loaded = [getattr(module, "__file__", None) for module in tuple(self._modules.values())]
        named = {*self._seen, *(name for name in loaded if isinstance(name, str))}
        found = {self._place(name) for name in named}
        return sorted([at for at in found if at is not None] + [_ELSEWHERE] * self._elsewhere)

    def _hear(self, event, arguments):  # noqa: ARG002 - as every hook
        if event in _STARTS:
            self._elsewhere = True
