"""What no fix in Rust does."""

from __future__ import annotations

from workflows.proof.objections import reasons
from workflows.proof.objections.model import DETECTS, ENDS, RUST, STARTS, Fine, Rule

RULES: tuple[Rule, ...] = (
    Rule(RUST, ("backtrace", "std.backtrace"), DETECTS, reasons.STACK, Fine.KNOWN),
    Rule(RUST, ("std.process.exit", "std.process.abort"), ENDS, reasons.EXIT, Fine.COMMAND),
    Rule(RUST, ("libc.exit", "libc._exit", "libc.abort", "libc.kill", "libc.atexit"), ENDS, reasons.EXIT),
    Rule(RUST, ("std.process.Command", "tokio.process", "libc.fork"), STARTS, reasons.PROCESS, Fine.KNOWN),
)
