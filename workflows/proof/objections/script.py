"""What no fix in JavaScript and TypeScript does. What is more than a name is in `scripts`."""

from __future__ import annotations

from workflows.proof.objections import reasons
from workflows.proof.objections.model import DETECTS, ENDS, EVALUATES, REACHES, SCRIPT, STARTS, Fine, Rule

_RUN = "looks for what a test run sets"
_WHERE = "asks how and where it is run; a fix must behave the same everywhere"

_FILES = (
    *("readFile", "readFileSync", "readdir", "readdirSync", "opendir", "opendirSync", "createReadStream"),
    *("writeFile", "writeFileSync", "appendFile", "appendFileSync", "createWriteStream", "open", "openSync"),
    *("cp", "cpSync", "copyFile", "copyFileSync", "rename", "renameSync", "rm", "rmSync", "unlink"),
    *("unlinkSync", "symlink", "symlinkSync", "link", "linkSync", "truncate", "truncateSync", "write"),
    *("writeSync", "read", "readSync", "glob", "globSync", "watch", "watchFile", "utimes", "utimesSync"),
    *("readJson", "readJsonSync", "outputFile", "outputFileSync", "remove", "removeSync", "mkdirSync"),
)
_MODULES = ("fs", "fs.promises", "graceful-fs", "fs-extra")
_OF_FILES = tuple(f"{module}.{name}" for module in _MODULES for name in _FILES)

RULES: tuple[Rule, ...] = (
    Rule(
        SCRIPT,
        (
            *("expect", "describe", "it", "jest", "vi", "beforeEach", "afterEach", "beforeAll", "afterAll"),
            *("xit", "xdescribe", "fit", "fdescribe", "specify", "suite", "suiteSetup", "jasmine", "Mocha"),
            *("QUnit", "cy", "Cypress", "__coverage__", "__vitest_worker__", "__vitest_index__", "__jest__"),
            *("__karma__", "node:test", "vitest", "@jest/globals", "mocha", "Bun.jest", "Deno.test"),
        ),
        DETECTS,
        reasons.RUNNER,
    ),
    Rule(
        SCRIPT,
        ("Error.stack", "TypeError.stack", "Error.prepareStackTrace", "arguments.callee.caller"),
        DETECTS,
        reasons.STACK,
    ),
    Rule(
        SCRIPT,
        (
            *("module.parent", "module.children", "process.mainModule", "Error.stackTraceLimit"),
            "v8.getHeapSnapshot",
        ),
        DETECTS,
        reasons.STACK,
        Fine.KNOWN,
    ),
    # What came in the place of the other: a project that has the one may take the new one.
    Rule(
        SCRIPT,
        ("util.getCallSites", "util.getCallSite"),
        DETECTS,
        reasons.STACK,
        Fine.KNOWN,
        "Error.prepareStackTrace",
    ),
    Rule(
        SCRIPT,
        (
            *("process.env.JEST_WORKER_ID", "process.env.VITEST", "process.env.NODE_TEST_CONTEXT"),
            *("process.env.npm_lifecycle_event", "process.env.npm_lifecycle_script"),
            *("process.env.npm_command", "import.meta.vitest"),
        ),
        DETECTS,
        _RUN,
    ),
    Rule(SCRIPT, ("process.env.CI", "process.execArgv"), DETECTS, _RUN, Fine.KNOWN),
    Rule(
        SCRIPT, ("process.env.NODE_ENV",), DETECTS, "asks for NODE_ENV, as this project does not", Fine.KNOWN
    ),
    Rule(SCRIPT, ("process.argv", "require.main", "import.meta.main"), DETECTS, _WHERE, Fine.COMMAND),
    Rule(
        SCRIPT,
        (
            *("process.argv0", "process.execPath", "process.title", "process.ppid", "process.pid"),
            *("process.uptime", "process.channel", "process.connected", "process.send", "process.disconnect"),
            *("process.getuid", "process.geteuid", "process.getgid", "process.features", "process.release"),
            *("process.stdout.isTTY", "process.stderr.isTTY", "process.stdin", "process.report", "tty"),
            *(
                f"process.{stream}.{name}"
                for stream in ("stdout", "stderr")
                for name in ("columns", "rows", "hasColors", "getColorDepth", "_type", "fd", "_handle")
            ),
            *("process.memoryUsage", "process.availableMemory", "process.umask"),
            *("process._getActiveHandles", "process._getActiveRequests", "process.getActiveResourcesInfo"),
            *("process.listenerCount", "process.eventNames", "process.moduleLoadList", "process.domain"),
            *("process.resourceUsage", "process.cpuUsage", "process.allowedNodeEnvironmentFlags"),
            *("process.constrainedMemory", "process.permission", "process.config", "process.debugPort"),
            *("process.sourceMapsEnabled", "process._preload_modules", "process._events"),
            *("os.hostname", "os.userInfo", "os.uptime", "os.loadavg", "os.networkInterfaces", "os.freemem"),
            *("os.totalmem", "os.cpus", "os.machine", "os.release", "module.paths", "module.loaded"),
            *("import.meta.env", "Deno", "Bun", "navigator.webdriver", "navigator.userAgent"),
            *("navigator.hardwareConcurrency", "navigator.language", "navigator.languages", "gc"),
            *("FinalizationRegistry", "Atomics", "SharedArrayBuffer", "BroadcastChannel", "localStorage"),
            *("sessionStorage", "indexedDB", "performance.timeOrigin", "performance.getEntries"),
            *("async_hooks", "perf_hooks"),
            *("diagnostics_channel", "trace_events", "Intl.DateTimeFormat.resolvedOptions"),
        ),
        DETECTS,
        _WHERE,
        Fine.KNOWN,
    ),
    Rule(
        SCRIPT,
        ("Function.prototype.toString",),
        DETECTS,
        "looks at source text; a fix must not depend on how code is written",
        Fine.KNOWN,
    ),
    Rule(
        SCRIPT,
        (
            *("require.name", "require.length", "require.requireActual", "require.requireMock"),
            *(
                f"{name}.{mark}"
                for name in ("setTimeout", "setInterval", "setImmediate", "Date", "fetch", "console.log")
                for mark in (
                    "clock",
                    "isFake",
                    "mock",
                    "_isMockFunction",
                    "getMockName",
                    "isSinonProxy",
                    "name",
                )
            ),
        ),
        DETECTS,
        "looks whether a test tool has taken the place of something",
    ),
    Rule(
        SCRIPT, ("process.reallyExit", "process.abort", "process.kill", "process.dlopen"), ENDS, reasons.EXIT
    ),
    Rule(SCRIPT, ("process.exit", "process.exitCode"), ENDS, reasons.EXIT, Fine.COMMAND),
    Rule(
        SCRIPT,
        (
            *("process.on", "process.once", "process.addListener", "process.prependListener", "process.off"),
            *("process.prependOnceListener", "process.removeListener", "process.removeAllListeners"),
            *("process.emit", "process.listeners", "process.rawListeners", "domain"),
            *(
                "process.setUncaughtExceptionCaptureCallback",
                "process._fatalException",
                "process.finalization",
            ),
        ),
        ENDS,
        "steers the process by its events; a fix has no business there",
        Fine.KNOWN,
    ),
    Rule(
        SCRIPT, ("child_process", "cluster", "worker_threads", "execa"), STARTS, reasons.PROCESS, Fine.COMMAND
    ),
    Rule(SCRIPT, ("vm", "WebAssembly", "node:vm"), EVALUATES, reasons.EVAL, Fine.KNOWN),
    Rule(
        SCRIPT,
        (
            *("require.cache", "require.extensions", "module.constructor", "module._cache"),
            *("process.binding", "process._linkedBinding", "inspector", "v8", "repl"),
            *("module._load", "module._resolveFilename", "module._extensions", "module.prototype"),
            *("module._compile", "module.register", "module.registerHooks", "module.createRequire"),
            *("module.syncBuiltinESMExports", "process.getBuiltinModule", "process.mainModule.require"),
        ),
        REACHES,
        reasons.LOADER,
        Fine.KNOWN,
    ),
    Rule(
        SCRIPT,
        ("fs/promises", *_OF_FILES),
        REACHES,
        "works with files, which this project does not do elsewhere",
        Fine.KNOWN,
        "fs",
    ),
    Rule(
        SCRIPT,
        (
            *("net", "tls", "http", "https", "http2", "dgram", "dns", "dns/promises", "undici"),
            *("fetch", "XMLHttpRequest", "WebSocket", "EventSource", "navigator.sendBeacon"),
        ),
        REACHES,
        "goes over the network, which this project does not do elsewhere",
        Fine.KNOWN,
    ),
)
