"""What no fix in Go does."""

from __future__ import annotations

from workflows.proof.objections import reasons
from workflows.proof.objections.model import DETECTS, ENDS, GO, REACHES, STARTS, Fine, Rule

_MEMORY = "reaches past the language, into memory or the system; use what the language offers to everybody"

RULES: tuple[Rule, ...] = (
    Rule(GO, ("testing",), DETECTS, reasons.RUNNER, Fine.KNOWN),
    Rule(
        GO,
        ("runtime.Caller", "runtime.Callers", "runtime.Stack", "runtime/debug.Stack"),
        DETECTS,
        reasons.STACK,
    ),
    Rule(GO, ("os.Exit", "log.Fatal", "log.Fatalf"), ENDS, reasons.EXIT, Fine.COMMAND),
    Rule(GO, ("syscall.Exit", "syscall.Kill"), ENDS, reasons.EXIT),
    Rule(
        GO,
        ("os/exec", "os.StartProcess", "syscall.ForkExec", "syscall.Exec"),
        STARTS,
        reasons.PROCESS,
        Fine.KNOWN,
    ),
    # What signs for the harness is in the same memory.
    Rule(GO, ("unsafe",), REACHES, _MEMORY, Fine.KNOWN),
    Rule(GO, ("syscall.RawSyscall", "syscall.RawSyscall6", "syscall.Syscall"), REACHES, _MEMORY, Fine.KNOWN),
    Rule(GO, ("runtime/debug.WriteHeapDump",), REACHES, _MEMORY),
)
