"""What no fix in JavaScript and TypeScript does."""

from __future__ import annotations

from workflows.proof.objections import reasons
from workflows.proof.objections.model import DETECTS, ENDS, EVALUATES, REACHES, SCRIPT, STARTS, Fine, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        SCRIPT,
        (
            *("expect", "describe", "it", "jest", "vi", "beforeEach", "afterEach", "beforeAll", "afterAll"),
            *("node:test", "vitest", "@jest/globals", "mocha"),
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
        SCRIPT, ("module.parent", "module.children", "process.mainModule"), DETECTS, reasons.STACK, Fine.KNOWN
    ),
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
        SCRIPT, ("process.reallyExit", "process.abort", "process.kill", "process.dlopen"), ENDS, reasons.EXIT
    ),
    Rule(SCRIPT, ("process.exit", "process.exitCode"), ENDS, reasons.EXIT, Fine.COMMAND),
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
    Rule(
        SCRIPT, ("child_process", "cluster", "worker_threads", "execa"), STARTS, reasons.PROCESS, Fine.COMMAND
    ),
    Rule(SCRIPT, ("eval", "Function", "vm", "GeneratorFunction"), EVALUATES, reasons.EVAL, Fine.KNOWN),
    Rule(
        SCRIPT,
        (
            *("require.cache", "require.extensions", "module.constructor", "module._cache"),
            *("process.binding", "process._linkedBinding", "inspector", "v8", "repl"),
            *("module._load", "module._resolveFilename", "module._extensions", "module.prototype"),
        ),
        REACHES,
        reasons.LOADER,
        Fine.KNOWN,
    ),
)
