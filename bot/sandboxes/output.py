"""What a command in a sandbox came to, with what it printed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from policies.redaction import Redactor
from workflows.ports.sandbox import ExecResult, Tee
from workflows.printed import Collector


def collectors(limit: int, tee: Tee | None) -> tuple[Collector, Collector]:
    """For stdout and stderr."""
    if tee is None:
        return Collector(limit), Collector(limit)
    return Collector(limit, partial(tee, "stdout")), Collector(limit, partial(tee, "stderr"))


@dataclass(frozen=True)
class Ran:
    """A command that ran, its output still bytes."""

    code: int | None
    stdout: Collector
    stderr: Collector
    seconds: float
    timed_out: bool = False
    note: str = ""
    """What the sandbox has to add, such as that memory ran out."""

    def result(self) -> ExecResult:
        # No secret of ours is in there; what a repository has, or makes up, goes no further either.
        redact = Redactor()
        stderr = redact(self.stderr.text())
        if self.note:
            stderr = f"{stderr.rstrip()}\n[{self.note}]\n".lstrip("\n")
        return ExecResult(
            code=self.code,
            stdout=redact(self.stdout.text()),
            stderr=stderr,
            seconds=self.seconds,
            timed_out=self.timed_out,
            truncated=bool(self.stdout.left_out or self.stderr.left_out),
        )
