"""All that is asked, left behind or counted in a file of Python as no fix does it."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Parsed
from workflows.code.uses import Use
from workflows.proof.python.asked import Asked
from workflows.proof.python.clock import of_clock
from workflows.proof.python.counting import counting
from workflows.proof.python.endings import endings
from workflows.proof.python.environment import of_environment
from workflows.proof.python.files import of_files
from workflows.proof.python.frames import of_frames
from workflows.proof.python.handing import handed_on, whole_modules
from workflows.proof.python.interpreter import of_interpreter
from workflows.proof.python.streams import of_streams


def odd_in_python(parsed: Parsed, uses: tuple[Use, ...]) -> Iterator[Asked]:
    modules = whole_modules(uses)
    yield from of_frames(parsed)
    yield from counting(parsed)
    yield from endings(parsed)
    for use in uses:
        yield from of_interpreter(use, parsed)
        yield from of_streams(use)
        yield from of_environment(use)
        yield from of_files(use, parsed)
        yield from of_clock(use, parsed)
        yield from handed_on(use, modules)
