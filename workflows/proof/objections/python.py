"""What no fix in Python does."""

from __future__ import annotations

from workflows.proof.objections import python_machine, reasons
from workflows.proof.objections.model import DETECTS, ENDS, EVALUATES, PYTHON, REACHES, STARTS, Fine, Rule

RULES: tuple[Rule, ...] = (
    *python_machine.RULES,
    Rule(PYTHON, ("sys.modules",), DETECTS, "looks at which modules are loaded, which shows who runs it"),
    Rule(
        PYTHON,
        (
            *("inspect.stack", "inspect.currentframe", "inspect.getouterframes", "inspect.trace"),
            *("sys._getframe", "sys._current_frames", "sys._getframemodulename"),
            *("traceback.extract_stack", "traceback.format_stack", "traceback.walk_stack"),
            "traceback.print_stack",
        ),
        DETECTS,
        reasons.STACK,
    ),
    Rule(PYTHON, ("pytest", "_pytest", "unittest", "nose"), DETECTS, reasons.RUNNER, Fine.KNOWN),
    Rule(
        PYTHON,
        (
            *("sys.gettrace", "sys.getprofile", "sys.dont_write_bytecode", "sys.flags.hash_randomization"),
            *("sys.flags.dont_write_bytecode", "os.getppid", "socket.gethostname", "getpass.getuser"),
            *("os.getlogin", "psutil"),
        ),
        DETECTS,
        "asks how and where it is run; a fix must behave the same everywhere",
        Fine.KNOWN,
    ),
    Rule(PYTHON, ("os._exit", "os.abort", "faulthandler", "posix", "nt"), ENDS, reasons.EXIT),
    Rule(PYTHON, ("os.kill", "os.killpg", "signal"), ENDS, "sends or takes signals", Fine.KNOWN),
    Rule(PYTHON, ("sys.exit", "SystemExit", "quit", "exit"), ENDS, reasons.EXIT, Fine.COMMAND),
    Rule(
        PYTHON,
        ("atexit", "weakref.finalize", "sys.exitfunc", "threading._register_atexit"),
        ENDS,
        reasons.HOOK,
        Fine.KNOWN,
    ),
    Rule(
        PYTHON,
        (
            *("subprocess", "os.system", "os.popen", "os.fork", "os.forkpty", "os.posix_spawn", "pty"),
            *("os.spawnl", "os.spawnle", "os.spawnlp", "os.spawnv", "os.spawnve", "os.spawnvp"),
            *("os.execl", "os.execle", "os.execlp", "os.execv", "os.execve", "os.execvp", "os.execvpe"),
            *("multiprocessing", "concurrent.futures.ProcessPoolExecutor"),
            *("asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"),
        ),
        STARTS,
        reasons.PROCESS,
        Fine.KNOWN,
    ),
    Rule(
        PYTHON,
        ("eval", "exec", "compile", "marshal", "types.CodeType", "runpy"),
        EVALUATES,
        reasons.EVAL,
        Fine.KNOWN,
    ),
    Rule(
        PYTHON,
        (
            *("gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys.settrace", "sys.setprofile"),
            *("sys.monitoring", "threading.settrace", "threading.setprofile", "sys.addaudithook"),
            *("sys.excepthook", "sys.unraisablehook", "sys.breakpointhook"),
        ),
        REACHES,
        reasons.INSIDE,
    ),
    Rule(PYTHON, ("ctypes", "_ctypes", "cffi"), REACHES, reasons.INSIDE, Fine.KNOWN),
    Rule(PYTHON, ("sys.meta_path", "sys.path_hooks", "sys.path_importer_cache"), REACHES, reasons.LOADER),
    Rule(PYTHON, ("sys.path", "importlib.reload", "site", "imp"), REACHES, reasons.LOADER, Fine.KNOWN),
)
