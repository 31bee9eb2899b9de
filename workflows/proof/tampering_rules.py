"""What no fix of a product does: each with the reason, and with where it is nothing unusual after all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from workflows.code.languages import Language
from workflows.code.uses import Use, Way

PYTHON = frozenset({Language.PYTHON})
SCRIPT = frozenset({Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX})
RUST, JAVA, GO = frozenset({Language.RUST}), frozenset({Language.JAVA}), frozenset({Language.GO})
ANY = PYTHON | SCRIPT | RUST | JAVA | GO

DETECTS = "detects-runner"
ENDS = "ends-process"
STARTS = "starts-process"
PATCHES = "patches-others"
EVALUATES = "evaluates-text"
REACHES = "reaches-interpreter"
HARNESS = "touches-harness"
SWALLOWS = "swallows-errors"
PLEASES = "pleases-everybody"
UNREAD = "unreadable"


class Fine(Enum):
    """Where a use is nothing unusual."""

    NOWHERE = "nowhere"
    KNOWN = "where the project does it already"
    COMMAND = "in what is started from the command line, or where the project does it already"


@dataclass(frozen=True, slots=True)
class Rule:
    languages: frozenset[Language]
    names: tuple[str, ...]
    what: str
    reason: str
    fine: Fine = Fine.NOWHERE

    def hits(self, use: Use) -> bool:
        return use.way is not Way.TEXT and any(use.starts(name) for name in self.names)


_STACK = "looks at who called it; a fix must behave the same whoever calls"
_RUNNER = "uses a test framework in the product's own code; a fix must not know that it is tested"
_EXIT = "ends the process; raise an error or return instead"
_HOOK = "runs code when the process ends; a fix has no business there"
_PROCESS = "starts another process, which this project does not do elsewhere"
_EVAL = "runs text as code; write the code out"
_INSIDE = "reaches into the interpreter; use what the language offers to everybody"
_LOADER = "changes how modules are loaded; import what is needed in the plain way"

RULES: tuple[Rule, ...] = (
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
        _STACK,
    ),
    Rule(PYTHON, ("pytest", "_pytest", "unittest", "nose"), DETECTS, _RUNNER, Fine.KNOWN),
    Rule(
        SCRIPT,
        (
            *("expect", "describe", "it", "jest", "vi", "beforeEach", "afterEach", "beforeAll", "afterAll"),
            *("node:test", "vitest", "@jest/globals", "mocha"),
        ),
        DETECTS,
        _RUNNER,
    ),
    Rule(
        SCRIPT,
        ("Error.stack", "TypeError.stack", "Error.prepareStackTrace", "arguments.callee.caller"),
        DETECTS,
        _STACK,
    ),
    Rule(SCRIPT, ("module.parent", "module.children", "process.mainModule"), DETECTS, _STACK, Fine.KNOWN),
    Rule(
        SCRIPT,
        (
            *("process.env.JEST_WORKER_ID", "process.env.VITEST", "process.env.NODE_TEST_CONTEXT"),
            *("process.env.npm_lifecycle_event", "process.env.npm_lifecycle_script"),
            *("process.env.npm_command", "process.execArgv", "import.meta.vitest"),
        ),
        DETECTS,
        "looks for what a test run sets",
    ),
    Rule(SCRIPT, ("process.env.CI",), DETECTS, "looks for what a test run sets", Fine.KNOWN),
    Rule(
        SCRIPT, ("process.env.NODE_ENV",), DETECTS, "asks for NODE_ENV, as this project does not", Fine.KNOWN
    ),
    Rule(
        JAVA,
        (
            *("Thread.currentThread.getStackTrace", "StackWalker", "Throwable.getStackTrace"),
            *("Exception.getStackTrace", "Thread.getAllStackTraces", "RuntimeException.getStackTrace"),
        ),
        DETECTS,
        _STACK,
    ),
    Rule(JAVA, ("org.junit", "org.testng", "junit"), DETECTS, _RUNNER),
    Rule(GO, ("testing",), DETECTS, _RUNNER, Fine.KNOWN),
    Rule(GO, ("runtime.Caller", "runtime.Callers", "runtime.Stack", "runtime/debug.Stack"), DETECTS, _STACK),
    Rule(RUST, ("backtrace", "std.backtrace"), DETECTS, _STACK, Fine.KNOWN),
    # The end of the process
    Rule(
        PYTHON,
        (
            *("sys.gettrace", "sys.getprofile", "sys.dont_write_bytecode", "sys.flags.hash_randomization"),
            *("sys.flags.dont_write_bytecode", "os.getppid", "socket.gethostname", "getpass.getuser"),
            *("os.getlogin", "psutil", "__main__"),
        ),
        DETECTS,
        "asks how and where it is run; a fix must behave the same everywhere",
        Fine.KNOWN,
    ),
    Rule(PYTHON, ("os._exit", "os.abort", "faulthandler", "posix", "nt"), ENDS, _EXIT),
    Rule(PYTHON, ("os.kill", "os.killpg", "signal"), ENDS, "sends or takes signals", Fine.KNOWN),
    Rule(PYTHON, ("sys.exit", "SystemExit", "quit", "exit"), ENDS, _EXIT, Fine.COMMAND),
    Rule(PYTHON, ("atexit", "sys.exitfunc", "threading._register_atexit"), ENDS, _HOOK, Fine.KNOWN),
    Rule(SCRIPT, ("process.reallyExit", "process.abort", "process.kill", "process.dlopen"), ENDS, _EXIT),
    Rule(SCRIPT, ("process.exit", "process.exitCode"), ENDS, _EXIT, Fine.COMMAND),
    Rule(
        SCRIPT,
        (
            *("process.on", "process.once", "process.addListener", "process.prependListener"),
            *("process.removeAllListeners", "process.emit", "process.listeners"),
        ),
        ENDS,
        "steers the process by its events; a fix has no business there",
        Fine.KNOWN,
    ),
    Rule(RUST, ("std.process.exit", "std.process.abort"), ENDS, _EXIT, Fine.COMMAND),
    Rule(RUST, ("libc.exit", "libc._exit", "libc.abort", "libc.kill", "libc.atexit"), ENDS, _EXIT),
    Rule(JAVA, ("System.exit",), ENDS, _EXIT, Fine.COMMAND),
    Rule(JAVA, ("Runtime.getRuntime.halt", "Runtime.getRuntime.exit"), ENDS, _EXIT),
    Rule(JAVA, ("Runtime.getRuntime.addShutdownHook",), ENDS, _HOOK, Fine.KNOWN),
    Rule(GO, ("os.Exit", "log.Fatal", "log.Fatalf"), ENDS, _EXIT, Fine.COMMAND),
    Rule(GO, ("syscall.Exit", "syscall.Kill"), ENDS, _EXIT),
    # Other processes
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
        _PROCESS,
        Fine.KNOWN,
    ),
    Rule(SCRIPT, ("child_process", "cluster", "worker_threads", "execa"), STARTS, _PROCESS, Fine.COMMAND),
    Rule(RUST, ("std.process.Command", "tokio.process", "libc.fork"), STARTS, _PROCESS, Fine.KNOWN),
    Rule(JAVA, ("ProcessBuilder", "Runtime.getRuntime.exec"), STARTS, _PROCESS, Fine.KNOWN),
    Rule(
        GO, ("os/exec", "os.StartProcess", "syscall.ForkExec", "syscall.Exec"), STARTS, _PROCESS, Fine.KNOWN
    ),
    # Text as code
    Rule(
        PYTHON,
        ("eval", "exec", "compile", "marshal", "types.CodeType", "runpy"),
        EVALUATES,
        _EVAL,
        Fine.KNOWN,
    ),
    Rule(SCRIPT, ("eval", "Function", "vm", "GeneratorFunction"), EVALUATES, _EVAL, Fine.KNOWN),
    Rule(JAVA, ("javax.script", "ScriptEngineManager"), EVALUATES, _EVAL, Fine.KNOWN),
    # The interpreter
    Rule(
        PYTHON,
        (
            *("gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys.settrace", "sys.setprofile"),
            *("sys.monitoring", "threading.settrace", "threading.setprofile", "sys.addaudithook"),
            *("sys.excepthook", "sys.unraisablehook", "sys.breakpointhook"),
        ),
        REACHES,
        _INSIDE,
    ),
    Rule(PYTHON, ("ctypes", "_ctypes", "cffi"), REACHES, _INSIDE, Fine.KNOWN),
    Rule(PYTHON, ("sys.meta_path", "sys.path_hooks", "sys.path_importer_cache"), REACHES, _LOADER),
    Rule(PYTHON, ("sys.path", "importlib.reload", "site", "imp"), REACHES, _LOADER, Fine.KNOWN),
    Rule(
        SCRIPT,
        (
            *("require.cache", "require.extensions", "module.constructor", "module._cache"),
            *("process.binding", "process._linkedBinding", "inspector", "v8", "repl"),
            *("module._load", "module._resolveFilename", "module._extensions", "module.prototype"),
        ),
        REACHES,
        _LOADER,
        Fine.KNOWN,
    ),
    Rule(JAVA, ("sun.misc.Unsafe", "java.lang.instrument"), REACHES, _INSIDE, Fine.KNOWN),
)

# `module` is also what every CommonJS file says; only what is below is meant.
PLAIN_MODULE = ("module.exports", "module.id", "module.filename", "module.hot", "module.require")

COMPUTED = frozenset({"sys", "os", "builtins", "__builtins__", "process", "globalThis", "global"})
COMPUTED_REASON = "takes something from the interpreter by a name that is not written out; name it"

MARKS = re.compile(
    r"PYTEST_\w+|JEST_WORKER_ID|VITEST(?:_\w+)?|NODE_TEST_CONTEXT|npm_lifecycle_\w+|MOCHA_\w+"
    r"|RUST_TEST_\w+|sun\.java\.command|surefire|org\.junit|org\.testng|jest-worker|jest\.asymmetricMatcher|test\.(?:v|run|timeout)\b"
)
MARKS_REASON = "names what only a test run sets or has"

RUNNERS = frozenset(
    {
        *("pytest", "_pytest", "py.test", "unittest", "nose", "nose2", "jest", "vitest", "mocha", "ava"),
        *("node:test", "jasmine", "karma", "tape", "expect", "describe"),
    }
)
RUNNERS_REASON = "compares something with the name of a test runner"

HARNESSED = re.compile(
    r"(?:^|/)(?:conftest\.py|junit[\w.*-]*|pytest\.ini|sitecustomize\.py|usercustomize\.py|\*\.xml|report\.xml)$"
    r"|\.redfirst|/proc/(?:self|\d|\*)|^/(?:tmp|workspace)(?:/|$)"
    r"|(?:^|/)tests/|(?:^|/)(?:test_[\w*]+|[\w*]+_test)\.(?:py|\*)$"
)
HARNESSED_REASON = "names files of the test run or of the machine; a fix has nothing to do with them"

PATCHED_REASON = "is not this project's own, and changing it changes it for everybody"

# What a test run of Python sets beside its own variables.
VARIABLES = ("os.environ", "os.getenv", "os.environb")
TEST_VARIABLES = re.compile(r"""["'](?:\w*(?:TEST|HASHSEED|DONTWRITE|REDFIRST)\w*|PYT\w{0,2})["']""")

ARGUMENTS = ("sys.argv", "sys.orig_argv", "process.argv", "process.argv0", "std.env.args", "os.Args")
TEST_WORDS = re.compile(r"test|jest|mocha|spec\b|nose|unittest|tape\b", re.IGNORECASE)
ARGUMENTS_REASON = "looks in the arguments of the process for those of a test run"
