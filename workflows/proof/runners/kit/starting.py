# pyright: basic
"""A launcher takes the place of `python -m <tool>`, with what is its own out of sight. Python 3.8 on."""

from __future__ import annotations

import os
import sys
import types


def secluded():
    """Nothing is imported from the workspace from here on."""
    here, root = os.path.dirname(os.path.abspath(__file__)), os.getcwd()
    sys.path[:] = [at for at in sys.path if os.path.realpath(at or ".") not in {here, os.path.realpath(root)}]
    return here


def opened(tool, here):
    """Everything may be imported from the workspace from here on, and nothing of the launchers."""
    for name, module in tuple(sys.modules.items()):
        if name != "__main__" and os.path.dirname(getattr(module, "__file__", None) or "") == here:
            del sys.modules[name]
    root = os.getcwd()
    if sys.argv[1:2] == ["--src"]:
        source = os.path.join(root, "src")
        os.environ["PYTHONPATH"] = source
        sys.path.insert(0, source)
        del sys.argv[1]
    sys.path.insert(0, root)
    sys.argv[0] = os.path.join(os.path.dirname(tool.__file__), "__main__.py")
    # Processes that tests start with `multiprocessing` would load this file again.
    sys.modules["__main__"] = types.ModuleType("__main__")


def left(code, leave=os._exit):
    """Nothing of the project runs any more."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    leave(code)
