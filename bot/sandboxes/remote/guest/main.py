"""What can be asked of the guest: a verb, and the name of what it is about."""

from __future__ import annotations

import sys

from . import command, places

NAME_LENGTHS = range(8, 65)


def is_name(text: str) -> bool:
    return len(text) in NAME_LENGTHS and set(text) <= set("0123456789abcdef")


def main() -> None:
    verb, name = sys.argv[1:]
    if not is_name(name):
        sys.exit("not a name")
    verbs = (command.run, command.stop, places.prepare, places.snapshot, places.restore, places.settle)
    {each.__name__: each for each in verbs}[verb](name)
