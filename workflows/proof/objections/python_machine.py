"""What shows in Python on which machine, by whom and beside what a program is run."""

from __future__ import annotations

from workflows.proof.objections import reasons
from workflows.proof.objections.model import DETECTS, EVALUATES, PYTHON, REACHES, Fine, Rule

_WHERE = "asks how and where it is run; a fix must behave the same everywhere"
_HIDES = "changes what is said of the code instead of the code"

RULES: tuple[Rule, ...] = (
    Rule(PYTHON, ("logging.root",), DETECTS, _WHERE, Fine.KNOWN),
    Rule(PYTHON, ("logging.getLogger.handlers", "logging.getLogger.manager"), DETECTS, _WHERE, Fine.KNOWN),
    Rule(PYTHON, ("logging.Logger.manager", "logging._handlers", "logging._handlerList"), DETECTS, _WHERE),
    Rule(PYTHON, ("warnings.filters", "warnings.onceregistry", "warnings._filters_version"), DETECTS, _WHERE),
    Rule(PYTHON, ("warnings.showwarning", "warnings._showwarnmsg"), REACHES, _HIDES, Fine.KNOWN),
    Rule(PYTHON, ("logging.disable", "logging.raiseExceptions"), REACHES, _HIDES, Fine.KNOWN),
    Rule(
        PYTHON,
        (
            *("threading.enumerate", "threading.active_count", "threading.activeCount", "threading._active"),
            *("threading.current_thread", "threading.currentThread", "threading.main_thread"),
            *("threading.get_ident", "threading.get_native_id", "asyncio.all_tasks", "asyncio.current_task"),
            *("asyncio.Task.all_tasks", "_thread"),
        ),
        DETECTS,
        _WHERE,
        Fine.KNOWN,
    ),
    Rule(
        PYTHON,
        (
            *("os.isatty", "os.ttyname", "os.ctermid", "os.get_terminal_size", "shutil.get_terminal_size"),
            *("tty", "termios", "curses", "os.tcgetpgrp"),
        ),
        DETECTS,
        _WHERE,
        Fine.KNOWN,
    ),
    Rule(
        PYTHON,
        (
            *("os.getpid", "os.getpgid", "os.getpgrp", "os.getsid", "os.getuid", "os.geteuid", "os.getgid"),
            *("os.getegid", "os.getgroups", "os.uname", "os.cpu_count", "os.process_cpu_count", "os.times"),
            *("os.getloadavg", "os.sched_getaffinity", "os.getpriority", "os.nice", "os.umask"),
            *("os.sysconf", "os.confstr", "os.statvfs"),
            *("platform.node", "platform.uname", "platform.release", "platform.version", "platform.platform"),
            *("platform.processor", "platform.freedesktop_os_release", "platform.libc_ver"),
            *("resource", "pwd", "grp", "socket.getfqdn", "uuid.getnode", "tracemalloc"),
        ),
        DETECTS,
        _WHERE,
        Fine.KNOWN,
    ),
    Rule(
        PYTHON,
        (
            *("importlib.metadata.distributions", "pkg_resources.working_set", "pkg_resources.WorkingSet"),
            *("pkgutil.iter_modules", "pkgutil.walk_packages", "pkgutil.get_loader", "pkgutil.find_loader"),
            *("sysconfig.get_path", "sysconfig.get_paths", "site.getsitepackages"),
        ),
        DETECTS,
        _WHERE,
        Fine.KNOWN,
    ),
    Rule(PYTHON, ("contextvars.copy_context",), DETECTS, _WHERE, Fine.KNOWN),
    Rule(
        PYTHON,
        (
            *("inspect.getsource", "inspect.getsourcelines", "inspect.getsourcefile", "inspect.getfile"),
            *("inspect.findsource", "inspect.getmodule", "inspect.getcomments", "linecache", "dis"),
        ),
        REACHES,
        "reads how code is written; what it does must not depend on that",
        Fine.KNOWN,
    ),
    Rule(
        PYTHON,
        (
            *("timeit", "cProfile", "profile", "pdb", "bdb", "doctest", "code", "codeop", "trace"),
            *("dill", "shelve", "types.FunctionType"),
            *("types.LambdaType", "ast.unparse", "pyclbr", "pydoc.locate"),
        ),
        EVALUATES,
        reasons.EVAL,
        Fine.KNOWN,
    ),
)
