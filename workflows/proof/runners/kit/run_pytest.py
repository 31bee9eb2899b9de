# pyright: basic
"""Starts pytest as `python -m pytest` does, and tells the harness what each test gave. Python 3.8 on.

pytest and what belongs to it are loaded before anything can be imported from the workspace.
"""

from __future__ import annotations

import sys

import sealing
import starting


def main():
    here = starting.secluded()
    told = sealing.opening()
    tell = sealing.sealed(told["report"], bytes.fromhex(told.pop("key")))
    end_line, opened, left, trace = sealing.end_line, starting.opened, starting.left, told["trace"]
    try:
        _load_pytest()
        sys.path.insert(0, here)
        import pytest
        from pytest_recorder import recorder

        sys.path.remove(here)
        plugin, ended = recorder(tell, told["seed"], trace, here, "--" in sys.argv)
    except ImportError as missing:
        tell(end_line(0, False, f"pytest cannot be loaded: {missing}"))
        left(4)
    own = sys.modules["__main__"]  # kept, for what follows is in it
    opened(pytest, here)
    code = int(pytest.main(sys.argv[1:], plugins=[plugin]))
    count, broken = ended()
    tell(end_line(count, trace, broken))
    left(code if own else 4)


def _load_pytest():
    """With all that it would load later, when files of the workspace have the first say."""
    import importlib

    from _pytest.config import default_plugins

    for name in default_plugins:
        importlib.import_module("_pytest." + name)


if __name__ == "__main__":
    main()
