"""What no fix in Java does."""

from __future__ import annotations

from workflows.proof.objections import reasons
from workflows.proof.objections.model import DETECTS, ENDS, EVALUATES, JAVA, REACHES, STARTS, Fine, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        JAVA,
        (
            *("Thread.currentThread.getStackTrace", "StackWalker", "Throwable.getStackTrace"),
            *("Exception.getStackTrace", "Thread.getAllStackTraces", "RuntimeException.getStackTrace"),
        ),
        DETECTS,
        reasons.STACK,
    ),
    Rule(JAVA, ("org.junit", "org.testng", "junit"), DETECTS, reasons.RUNNER),
    Rule(JAVA, ("System.exit",), ENDS, reasons.EXIT, Fine.COMMAND),
    Rule(JAVA, ("Runtime.getRuntime.halt", "Runtime.getRuntime.exit"), ENDS, reasons.EXIT),
    Rule(JAVA, ("Runtime.getRuntime.addShutdownHook",), ENDS, reasons.HOOK, Fine.KNOWN),
    Rule(JAVA, ("ProcessBuilder", "Runtime.getRuntime.exec"), STARTS, reasons.PROCESS, Fine.KNOWN),
    Rule(JAVA, ("javax.script", "ScriptEngineManager"), EVALUATES, reasons.EVAL, Fine.KNOWN),
    Rule(JAVA, ("sun.misc.Unsafe", "java.lang.instrument"), REACHES, reasons.INSIDE, Fine.KNOWN),
)
