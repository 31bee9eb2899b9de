# pyright: basic
"""Whether the parts of a test tool are still those that were loaded. Python 3.8 on."""

from __future__ import annotations

import builtins
import sys
import types
from operator import is_, itemgetter

_INSTALLED = ("/site-packages/", "/dist-packages/")
_BUILTINS = (
    *("AssertionError", "BaseException", "Exception", "isinstance", "issubclass", "compile", "exec", "eval"),
    *("len", "type", "getattr", "setattr", "hasattr", "any", "all", "id", "str", "repr", "dict", "list"),
)


def guard(modules, may):
    """A function that says what was exchanged since for something that it may not be, or ''."""
    known = [_held("builtins", vars(builtins), _BUILTINS)]
    loaded = [name for name in modules if name in sys.modules]
    known.append(_held("sys.modules", sys.modules, loaded))
    for name in loaded:
        inside = vars(sys.modules[name])
        known.append(_held(name, inside, [part for part, value in inside.items() if callable(value)]))
        for part, value in tuple(inside.items()):
            if isinstance(value, type) and value.__module__ == name:
                parts = [own for own, held in vars(value).items() if _does_something(held)]
                known.append(_held(name + "." + part, vars(value), parts))

    def changed(same=is_, every=all, each=map, pairs=zip):
        for one in known:
            name, parts, inside, take, first, before = one
            try:
                now = take(inside)
            except KeyError:
                return name
            if not every(each(same, now, before)):
                for part, new, old, once in pairs(parts, now, before, first):
                    if new is not old and new is not once and not may(new):
                        return name + "." + part
                one[-1] = now
        return ""

    return changed


def of_others(place, tools, also=()):
    """Libraries for tests exchange parts of the tool, by right; the tested code does not."""
    function, installed = types.FunctionType, _INSTALLED

    def may(value):
        if isinstance(value, (classmethod, staticmethod)):
            value = value.__func__
        elif isinstance(value, property):
            value = value.fget
        if type(value) is not function:
            return False
        name = value.__code__.co_filename
        at = place(name)
        if at is not None:
            return at in also or at.rpartition("/")[2] == "conftest.py"
        return not name.startswith(tools) and any(part in name for part in installed)

    return may


def _does_something(held):
    return callable(held) or isinstance(held, (classmethod, staticmethod, property))


def _held(name, inside, parts):
    parts = tuple(parts)
    # Of one name alone, `itemgetter` gives no tuple.
    take = itemgetter(*parts, *parts[:1], *parts[:1]) if parts else _nothing
    return [name, parts, inside, take, take(inside), take(inside)]


def _nothing(_):
    return ()
