# pyright: basic
"""Starts unittest as `python -m unittest` does, and tells the harness what each test gave. Python 3.8 on."""

from __future__ import annotations

import sys
import unittest

import sealing
import starting
import unittest_finding
import unittest_recorder
from ordering import in_another_order


def main():
    here = starting.secluded()
    told = sealing.opening()
    tell = sealing.sealed(told["report"], bytes.fromhex(told.pop("key")))
    seed, trace, end_line, left = told["seed"], told["trace"], sealing.end_line, starting.left
    found, flat = unittest_finding.found, unittest_finding.flat
    result, where, started, unloaded, ended = unittest_recorder.recorder(tell, trace, here)
    own = sys.modules["__main__"]  # kept, for what follows is in it
    starting.opened(unittest, here)
    by_file = sys.argv[1:2] == ["--"]
    files = sys.argv[2:] if by_file else []
    del sys.argv[1:]
    suite = found(files, unloaded)
    tests = list(flat(suite))
    if seed and by_file:
        suite = unittest.TestSuite(in_another_order(tests, seed, lambda test: (where(test)[1], type(test))))
    started(tests)
    # What is printed is for people.
    unittest.TextTestRunner(resultclass=result).run(suite)  # pyright: ignore[reportArgumentType]
    count, failed, broken = ended()
    tell(end_line(count, trace, broken))
    left((1 if failed else 0 if count else 5) if own else 4)


if __name__ == "__main__":
    main()
