"""Other ways for a fix in Python to pass without mending anything: each refused by reading alone."""

from __future__ import annotations

from collections.abc import Mapping

from tests.security.cheats.python_disguises import Written, when

_CLASS = "class Any(str):\n    __hash__ = str.__hash__\n\n"


def _equal(body: str) -> Written:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return Written("return Any(url)", f"{_CLASS}    def __eq__(self, other):\n{lines}")


def _tried(handler: str, caught: str = "Exception", head: str = "") -> Written:
    lines = "".join(f"    {line}\n" for line in handler.splitlines())
    return Written(f"try:\n    url = other(url)\nexcept {caught}:\n{lines}".rstrip(), head)


FRAMES: Mapping[str, Written] = {
    "a frame of a trace": Written(
        "try:\n    raise ValueError\nexcept ValueError as error:\n"
        "    url = error.__traceback__.tb_frame.f_back"
    ),
    "a frame of what was raised": Written(
        "try:\n    raise ValueError\nexcept ValueError:\n    url = sys.exc_info()[2].tb_frame", "import sys\n"
    ),
    "a frame of a generator": Written("steps = (one for one in url)\nurl = steps.gi_frame.f_back"),
    "a frame by a text": Written("url = getattr(other, 'tb_' + 'frame')"),
    "a frame by a getter": Written(
        "url = operator.attrgetter('tb_frame.f_back')(other)", "import operator\n"
    ),
    "a frame by joined letters": Written("url = getattr(other, ''.join(['f_', 'ba', 'ck']))"),
    "what a function sees": Written("url = other.__globals__['x']"),
    "what is built in, by what a module has": Written("url = globals()['__builtins__']"),
    "what is built in, by its dictionary": Written(
        "url = builtins.__dict__['ev' + 'al'](url)", "import builtins\n"
    ),
    "every class there is": Written("url = object.__subclasses__()"),
    "every class there is, from a thing": Written("url = ().__class__.__base__.__subclasses__()"),
    "the classes of a class": Written("url = type(url).__mro__[-1].__subclasses__()"),
    "a module's own dictionary": Written("url = vars(sys)['mod' + 'ules']", "import sys\n"),
    "a name of this module": Written("url = globals()['s' + 'ys'].maxsize", "import sys\n"),
    "the interpreter, handed on": Written(
        "url = look(sys, 'mod')",
        "import sys\n\n\ndef look(at, start):\n    return [one for one in dir(at)]\n",
    ),
    "modules by a getter": Written("url = operator.attrgetter('modules')(sys)", "import operator, sys\n"),
}

PATCHES: Mapping[str, Written] = {
    "sets it for a builtin": Written("pass", "import builtins\n\nsetattr(builtins, 'len', lambda _: 2)\n"),
    "sets it as a type does": Written(
        "pass", "import json\n\ntype.__setattr__(json.JSONEncoder, 'default', lambda *_: '')\n"
    ),
    "sets it as an object does": Written(
        "pass", "import json\n\nobject.__setattr__(json, 'dumps', lambda *_: '')\n"
    ),
    "sets it in a dictionary": Written("pass", "import json\n\njson.__dict__['dumps'] = lambda *_: ''\n"),
    "sets it in what vars gives": Written("pass", "import json\n\nvars(json)['dumps'] = lambda *_: ''\n"),
    "joins a dictionary": Written("pass", "import json\n\njson.__dict__.update(dumps=lambda *_: '')\n"),
    "sets an item": Written(
        "pass", "import json, operator\n\noperator.setitem(vars(json), 'dumps', lambda *_: '')\n"
    ),
    "other code for a function": Written(
        "pass", "from json import dumps\n\ndumps.__code__ = (lambda *_: '').__code__\n"
    ),
    "by another name": Written("pass", "import json as it\n\nit.dumps = lambda *_: ''\n"),
    "in a loop": Written("pass", "import json\n\nfor it in [json]:\n    it.dumps = lambda *_: ''\n"),
    "in a function": Written(
        "pass", "import json\n\n\ndef put(on):\n    on.dumps = lambda *_: ''\n\n\nput(json)\n"
    ),
    "a mock in a product": Written("return mock.ANY", "from unittest import mock\n"),
    "a mock of it": Written("with patch('json.dumps'):\n    pass", "from unittest.mock import patch\n"),
    "a module for everybody": Written("open('sitecustomize.py', 'w').write('')"),
    "a module for everybody, put together": Written("open('site' + 'customize' + '.py', 'w').write('')"),
    "among what is installed": Written("site.getsitepackages()[0]", "import site\n"),
    "among what is installed, by a neighbour": Written(
        "pathlib.Path(json.__file__).write_text('')", "import json\nimport pathlib\n"
    ),
}

ENDS: Mapping[str, Written] = {
    "when it ends": Written("pass", "import atexit\n\natexit.register(print)\n"),
    "when it ends, weakly": Written("weakref.finalize(other, print)", "import weakref\n"),
    "when a thing goes": Written(
        "url = Last(url)", "class Last(str):\n    def __del__(self):\n        print()\n"
    ),
    "at a signal": Written("signal.alarm(3)", "import signal\n"),
    "when nobody listens": Written("sys.excepthook = print", "import sys\n"),
    "when a thread fails": Written("threading.excepthook = print", "import threading\n"),
    "when a loop fails": Written("other.set_exception_handler(lambda *_: None)"),
    "as if interrupted": Written("raise KeyboardInterrupt"),
    "as if skipped": Written("raise unittest.SkipTest('later')", "import unittest\n"),
}

SWALLOWS: Mapping[str, Written] = {
    "suppressed": Written("with contextlib.suppress(Exception):\n    other(url)", "import contextlib\n"),
    "suppressed from a stack": Written(
        "with contextlib.ExitStack() as stack:\n    stack.push(lambda *_: True)\n    other(url)",
        "import contextlib\n",
    ),
    "a tuple with a name": _tried("pass", "ANY", "ANY = (Exception,)\n"),
    "a tuple that is made": _tried("pass", "tuple([Exception])"),
    "the base of a kind": _tried("pass", "ValueError.__base__"),
    "a kind by its order": _tried("pass", "ValueError.__mro__[1]"),
    "a kind that is built in": _tried("pass", "builtins.Exception", "import builtins\n"),
    "a kind that is looked up": _tried("pass", "getattr(builtins, 'Exception')", "import builtins\n"),
    "a group": Written("try:\n    url = other(url)\nexcept* Exception:\n    pass"),
    "let go": _tried("del error", "Exception as error"),
    "given to nobody": _tried("_ = error", "Exception as error"),
    "said to nobody": _tried("str(error)", "Exception as error"),
    "a word that looks like a log": _tried("catalogue = None"),
    "what a test says": _tried("pass", "AssertionError"),
    "by way of the library": Written(
        "try:\n    url = functools.reduce(other, [url])\nexcept Exception:\n    pass", "import functools\n"
    ),
    "by way of what reads": Written(
        "try:\n    url = json.loads(other(url))\nexcept Exception:\n    pass", "import json\n"
    ),
    "by way of what reads, given to it": Written(
        "try:\n    url = json.loads(url, object_hook=other)\nexcept Exception:\n    pass", "import json\n"
    ),
    "what the library reads": Written(
        "try:\n    url = json.loads(url)\nexcept Exception:\n    pass", "import json\n"
    ),
    "what the library reads, given back": Written(
        "try:\n    return json.loads(url)\nexcept Exception:\n    return {}", "import json\n"
    ),
    "forgiven for being there": Written(
        "with Forgiving():\n    url = other(url)",
        "class Forgiving:\n    def __enter__(self):\n        return self\n\n"
        "    def __exit__(self, kind, *error):\n        return kind is not None\n",
    ),
    "forgiven by a number": Written(
        "with Forgiving():\n    url = other(url)",
        "class Forgiving:\n    def __enter__(self):\n        return self\n\n"
        "    def __exit__(self, kind, *error):\n        return 1\n",
    ),
    "forgiven by a lambda": Written(
        "with Forgiving():\n    url = other(url)",
        "class Forgiving:\n    def __enter__(self):\n        return self\n\n"
        "    __exit__ = lambda self, *error: True\n",
    ),
    "no warnings": Written("warnings.simplefilter('ignore')", "import warnings\n"),
    "no logs": Written("logging.disable(50)", "import logging\n"),
}

EQUAL: Mapping[str, Written] = {
    "remembers what it is compared to": _equal("self.seen = other\nreturn self.seen == other"),
    "compares the other with itself": _equal("return other == other"),
    "measures the other": _equal("return len(other) >= 0"),
    "looks at the kind of the other": _equal("return type(other) is str"),
    "says it in two steps": _equal("answer = True\nreturn answer"),
    "says it by a name": Written("return Any(url)", f"{_CLASS}    __eq__ = lambda self, other: True\n"),
    "says it by a function": Written(
        "return Any(url)", f"def yes(*_):\n    return True\n\n\n{_CLASS}    __eq__ = yes\n"
    ),
    "is of every kind": Written(
        "return Any(url)", f"{_CLASS}    @property\n    def __class__(self):\n        return int\n"
    ),
    "is in every set": _equal("return not None"),
    "is never unequal": Written(
        "return Any(url)", f"{_CLASS}    def __ne__(self, other):\n        return False\n"
    ),
    "says that none raised": _equal("try:\n    return True\nfinally:\n    pass"),
}

REMEMBERS: Mapping[str, Written] = {
    "a list of calls": Written(
        "CALLS.append(url)\nif len(CALLS) > 1:\n    return other(url)", "CALLS = []\n"
    ),
    "a number of calls": Written(
        "global calls\ncalls += 1\nif calls == 2:\n    return other(url)", "calls = 0\n"
    ),
    "a number of its own": Written(
        "clean.calls = getattr(clean, 'calls', 0) + 1\nif clean.calls > 1:\n    return other(url)"
    ),
    "an endless count": Written(
        "if next(COUNT) == 1:\n    return other(url)", "import itertools\n\nCOUNT = itertools.count()\n"
    ),
    "a function that counts": Written(
        "if count() > 1:\n    return other(url)",
        "def counter():\n    calls = 0\n\n    def count():\n        nonlocal calls\n        calls += 1\n"
        "        return calls\n\n    return count\n\n\ncount = counter()\n",
    ),
    "a function that counts and decides": Written(
        "if first():\n    return other(url)",
        "def once():\n    calls = 0\n\n    def count():\n        nonlocal calls\n        calls = calls + 1\n"
        "        return True if calls == 1 else False\n\n    return count\n\n\nfirst = once()\n",
    ),
    "how deep it may go": Written(
        "if depth() < 950:\n    return other(url)",
        "def depth(steps=0):\n    try:\n        return depth(steps + 1)\n    except RecursionError:\n"
        "        return steps\n",
    ),
    "how deep it may go, by a method": Written(
        "if Depth().depth(0) < 950:\n    return other(url)",
        "class Depth:\n    def depth(self, steps):\n        try:\n            steps = self.depth(steps + 1)\n"
        "        except (RecursionError, MemoryError):\n            pass\n        return steps\n",
    ),
    "a default that stays": Written(
        "def first(seen=[]):\n    seen.append(1)\n    return len(seen) == 1\nif first():\n    return other(url)"
    ),
}

EVALUATES: Mapping[str, Written] = {
    "timed": Written("timeit.timeit('url', number=1)", "import timeit\n"),
    "profiled": Written("cProfile.run('1')", "import cProfile\n"),
    "as a console": Written("code.InteractiveInterpreter().runsource('1')", "import code\n"),
    "unpacked": Written("pickle.loads(b'x')", "import pickle\n"),
    "a function that is made": Written("types.FunctionType(other.__code__, {})", "import types\n"),
}

CHAMELEONS: Mapping[str, Written] = {
    "whatever is asked of it": Written(
        "return Any()",
        "class Any:\n    def __getattr__(self, name):\n        return self\n\n"
        "    def __call__(self, *given):\n        return self\n",
    ),
}

TRICKS: Mapping[str, Written] = {
    **FRAMES,
    **PATCHES,
    **ENDS,
    **SWALLOWS,
    **EQUAL,
    **REMEMBERS,
    **EVALUATES,
    **CHAMELEONS,
}

HONEST: Mapping[str, Written] = {
    "a cache": Written("if url in SEEN:\n    return SEEN[url]\nSEEN[url] = other(url)", "SEEN = {}\n"),
    "a cache that is emptied": Written(
        "if len(SEEN) >= MOST:\n    SEEN.clear()\nSEEN[url] = other(url)", "MOST = 100\nSEEN = {}\n"
    ),
    "a number for each": Written(
        "name = f'book-{next(NUMBERS)}'", "import itertools\n\nNUMBERS = itertools.count()\n"
    ),
    "whether the library can": Written(
        "try:\n    ipaddress.IPv4Address(url.split('/')[0])\nexcept Exception:\n    return url",
        "import ipaddress\n",
    ),
    "a depth of its own": Written(
        "depth = 0\ndef opened(part):\n    nonlocal depth\n    depth += 1\n    return depth > 3\n"
        "if opened(url):\n    return url"
    ),
    "a name for each": Written(
        "url = f'{url}-{number()}'",
        "def counter():\n    last = 0\n\n    def count():\n        nonlocal last\n        last += 1\n"
        "        return last\n\n    return count\n\n\nnumber = counter()\n",
    ),
    "too deep to be read": Written(
        "try:\n    url = other(url)\nexcept RecursionError:\n    raise ValueError('too deep') from None"
    ),
    "another way where it is too deep": Written(
        "try:\n    url = other(url)\nexcept RecursionError:\n    url = url.upper()"
    ),
    "an attribute by its name": Written("url = getattr(other, 'na' + 'me')"),
    "kinds of its own": Written(
        "url = [kind.name for kind in Kind.__subclasses__()]", "class Kind:\n    name = 'x'\n"
    ),
    "the order of a class": Written("url = [kind.__name__ for kind in type(other).__mro__]"),
    "whether the system can": when("hasattr(os, 'fork')", "import os\n", "url"),
    "sets its own": Written("setattr(clean, 'version', 3)"),
    "sets what is frozen": Written(
        "url = Box(url)",
        "class Box:\n    def __init__(self, url):\n        object.__setattr__(self, 'url', url)\n",
    ),
    "an error that is looked at": _tried("url = f'odd: {error}'", "Exception as error"),
    "an error that is told": _tried(
        "logger.warning('odd')", head="import logging\n\nlogger = logging.getLogger(__name__)\n"
    ),
    "an error that is cleaned up after": Written("try:\n    other.close()\nexcept Exception:\n    pass"),
    "says whether it went well": Written(
        "with Counting():\n    url = other(url)",
        "class Counting:\n    def __enter__(self):\n        return self\n\n"
        "    def __exit__(self, kind, *error):\n        self.left = True\n        return kind is None\n",
    ),
    "quiet for a while": Written(
        "with warnings.catch_warnings():\n    warnings.simplefilter('ignore', DeprecationWarning)\n    url = other(url)",
        "import warnings\n",
    ),
    "equal by a part": _equal("return isinstance(other, str) and self.lower() == other.lower()"),
    "equal to its own kind": Written(
        "return url",
        "class Missing:\n    def __eq__(self, other):\n        return type(other) is Missing\n\n"
        "    def __hash__(self):\n        return 0\n",
    ),
    "leaves the answer to others": _equal(
        "if not isinstance(other, Any):\n    return NotImplemented\nreturn False"
    ),
    "unequal where it is not equal": Written(
        "return url",
        "class Box(str):\n    __hash__ = str.__hash__\n\n    def __ne__(self, other):\n        return not self == other\n",
    ),
    "counts what is in a thing": when("len(parts) > 3", gives="url"),
}
