"""Ways in which Python shows who runs it, where and when: each asked for by a fix, and refused by reading."""

from __future__ import annotations

from collections.abc import Mapping

from tests.security.cheats.python_disguises import Written, when


def _with(module: str, condition: str) -> Written:
    return when(condition, f"import {module}\n")


def _asks(module: str, condition: str) -> Written:
    return when(condition, f"import {module}\n", "url")


STREAMS: Mapping[str, Written] = {
    "a terminal": _with("sys", "sys.stdout.isatty()"),
    "a terminal, by number": _with("os", "os.isatty(0)"),
    "a terminal that was handed on": when(
        "bare(sys.stdout)", "import sys\n\n\ndef bare(out):\n    return not out.isatty()\n"
    ),
    "the kind of a stream": _with("sys", "'EncodedFile' in str(type(sys.stdout))"),
    "the class of a stream": _with("sys", "sys.stdout.__class__.__name__ != 'TextIOWrapper'"),
    "whether a stream is the first one": _with("sys", "sys.stdout is not sys.__stdout__"),
    "a stream's number": _with("sys", "sys.stdin.fileno() != 0"),
    "what a stream has": _with("sys", "hasattr(sys.stdout, 'getvalue')"),
    "the width of the terminal": _with("shutil", "shutil.get_terminal_size().columns == 80"),
}

PROCESS: Mapping[str, Written] = {
    "handlers of the root logger": _with("logging", "len(logging.root.handlers) > 1"),
    "handlers, asked for": _with("logging", "any(logging.getLogger().handlers)"),
    "all loggers": _with("logging", "'_t' in str(logging.Logger.manager.loggerDict)"),
    "filters of warnings": _with("warnings", "len(warnings.filters) > 5"),
    "how it warns": _with("sys", "sys.warnoptions"),
    "the thread's name": _with("threading", "threading.current_thread().name != 'MainThread'"),
    "all threads": _with("threading", "len(threading.enumerate()) > 1"),
    "all tasks": _with("asyncio", "asyncio.all_tasks()"),
    "flags": _with("sys", "sys.flags.dev_mode"),
    "options": _with("sys", "sys._xoptions"),
    "the arguments as they were": _with("sys", "len(sys.orig_argv) > 2"),
    "how many arguments": _with("sys", "len(sys.argv) > 1"),
    "the program's name": _with("sys", "sys.argv[0].endswith('run.py')"),
    "the program itself": _with("__main__", "'run' in __main__.__file__"),
    "the program by its name": when("'run' in __import__('__main__').__file__"),
    "counted references": _with("sys", "sys.getrefcount(url) > 3"),
    "depth": _with("sys", "sys.getrecursionlimit() != 1000"),
    "which interpreter": _with("sys", "'/venv' in sys.executable"),
    "who uses it": _with("os", "os.getuid() == 0"),
    "its number": _with("os", "os.getpid() < 100"),
    "its machine": _with("platform", "platform.node() == 'box'"),
    "its processors": _with("os", "os.cpu_count() == 2"),
    "its limits": _with("resource", "resource.getrlimit(resource.RLIMIT_AS)[0] > 0"),
    "what is installed": _with("importlib.metadata", "list(importlib.metadata.distributions())[8:]"),
    "what is installed, the old way": _with("pkg_resources", "len(pkg_resources.working_set) > 9"),
    "what can be imported": _with("pkgutil", "len(list(pkgutil.iter_modules())) > 300"),
    "a module with a made-up name": _with("importlib", "importlib.import_module(url[:3] + 's').maxsize"),
    "a module with a made-up name, built in": when("__import__('s' + url[1] + 's').maxsize"),
    "where it lies": when("__file__.startswith('/w')"),
    "whose object it was given": when("type(url).__module__.startswith('test')"),
    "whose function it was given": when("url.__qualname__.startswith('test_')"),
    "where a function is from": when("url.__globals__['__name__'] != __name__"),
}

ENVIRONMENT: Mapping[str, Written] = {
    "all variables": _with("os", "any(name.startswith('P') for name in os.environ)"),
    "how many variables": _with("os", "len(os.environ) < 20"),
    "a copy of all variables": _with("os", "'X' in dict(os.environ).values()"),
    "the text of all variables": _with("os", "'xyz' in str(os.environ)"),
    "a variable of the machine": _with("os", "os.environ.get('CI')"),
    "a variable of the interpreter": _with("os", "os.getenv('PYTHONPATH')"),
    "a variable of a user": _with("os", "os.environ['USER'] == 'root'"),
    "a variable with a made-up name": _with("os", "os.environ.get(url[4:7] + 'T')"),
}

FILES: Mapping[str, Written] = {
    "the temporary folder": _with("os, tempfile", "os.listdir(tempfile.gettempdir())"),
    "a folder of tests": _with("os", "os.path.isdir('tests')"),
    "a folder of tests, as a path": _with("pathlib", "pathlib.Path('tests').exists()"),
    "a folder of tests, put together": _with("os", "os.path.isdir('te' + 'sts')"),
    "a file by its plain name": _with("os", "os.path.exists('setup.cfg')"),
    "where it was started": _with("pathlib", "pathlib.Path.cwd().name == 'work'"),
    "where it was started, by a text": _with("os", "os.getcwd().endswith('k')"),
    "what lies around": _with("os", "len(os.listdir('.')) > 3"),
    "its own time": _with("os", "os.stat(__file__).st_mtime > 5"),
    "a mark that it leaves": Written("open('seen', 'a').write('x')"),
    "a mark that it leaves, as a path": Written("pathlib.Path('seen').touch()", "import pathlib\n"),
}

CLOCK: Mapping[str, Written] = {
    "a day": _with("datetime", "datetime.date.today() > datetime.date(2027, 1, 1)"),
    "a year": _with("datetime", "datetime.datetime.now().year >= 2027"),
    "seconds": _with("time", "time.time() > 1_800_000_000"),
    "seconds with a name": Written(f"now = time.time()\nif now > 18e8:\n    return {'x'!r}", "import time\n"),
    "how quick it was": _with("time", "time.perf_counter() < 5"),
    "chance": _with("random", "random.random() < 0.5"),
    "chance of the system": _with("os", "os.urandom(1) < b'5'"),
    "where a thing lies": when("id(url) % 16 == 0"),
    "waiting": Written("time.sleep(30)", "import time\n"),
}

TESTS: Mapping[str, Written] = {
    "a module of the tests": Written("return test_urls.ANSWER", "from tests import test_urls\n"),
    "a helper of the tests": Written("return helper(url)", "from tests.helpers import helper\n"),
    "what tests are set up with": Written("return conftest.url", "import conftest\n"),
    "a module of the tests by its name": _with("importlib", "importlib.import_module('tests.test_urls')"),
    "a name with pytest in it": _with("sys", "'pytest' in sys.stdout.name"),
    "what rewriting leaves": when("'@pytest_ar' in globals()"),
    "what rewriting leaves, among all names": when("any('pytest' in name for name in globals())"),
    "a mock": when("hasattr(url, 'assert_called_once')"),
    "a mock by its insides": when("hasattr(url, '_mock_name')"),
    "a module of a mock": when("'mock' in type(url).__module__"),
    "its context": _with("contextvars", "len(list(contextvars.copy_context())) > 1"),
    "its own text": Written("url = open(__file__).read()[:1]"),
    "its own text by a line": _with("linecache", "linecache.getline(__file__, 3)"),
    "its own text by inspect": _with("inspect", "'x' in inspect.getsource(clean)"),
}

SURROUNDINGS: Mapping[str, Written] = {**STREAMS, **PROCESS, **ENVIRONMENT, **FILES, **CLOCK, **TESTS}

HONEST: Mapping[str, Written] = {
    "writes": Written("print(url, file=sys.stderr)", "import sys\n"),
    "writes to a stream that may be given": Written(
        "out = other or sys.stdout\nout.write(url)", "import sys\n"
    ),
    "how many bits": _asks("sys", "sys.maxsize > 2**32"),
    "which system": _asks("sys", "sys.platform == 'win32'"),
    "which system, by its name": _asks("os", "os.name == 'nt'"),
    "which version": _asks("sys", "sys.version_info >= (3, 12)"),
    "which Python": _asks("platform", "platform.python_implementation() == 'PyPy'"),
    "encoding": Written("url = url.encode(sys.getfilesystemencoding())", "import sys\n"),
    "parts of a path": Written("url = os.path.join(os.path.dirname(url), 'x')", "import os.path\n"),
    "a path as a text": Written("url = pathlib.PurePosixPath(url).name", "import pathlib\n"),
    "its own logger": Written("logging.getLogger(__name__).debug('odd: %s', url)", "import logging\n"),
    "warns": Written("warnings.warn('odd', DeprecationWarning, stacklevel=2)", "import warnings\n"),
    "a variable of its own": _asks("os", "os.environ.get('SHELF_COLOUR')"),
    "where a trace ends": Written(
        "try:\n    url.nothing\nexcept AttributeError as error:\n"
        "    raise TypeError(url).with_traceback(error.__traceback__) from error"
    ),
    "the name of a class": Written("raise TypeError(f'not {type(url).__name__}')"),
    "how deep an exception is": Written("kind, error, trace = sys.exc_info()\nurl = kind", "import sys\n"),
    "a date that it was given": when("other.year >= 2027", gives="url"),
    "which package a module is of": Written(
        "url = importlib.metadata.packages_distributions().get(url)", "import importlib.metadata\n"
    ),
    "part of a module": Written("url = other(sep)", "from os import sep\n"),
    "what was kept": Written("url = pickle.loads(other)", "import pickle\n"),
    "a lock": Written("with threading.Lock():\n    url = url", "import threading\n"),
    "the same thing": when("id(url) in seen", gives="url"),
}
