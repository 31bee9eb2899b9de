"""What checkers printed once, as it was recorded of the real ones."""

from __future__ import annotations

from pathlib import Path

from workflows.proof.diagnostics.checker import Output

RECORDED = Path(__file__).parents[1] / "recorded" / "checkers"


def said(name: str, code: int = 1, *, aside: bool = False) -> Output:
    """`aside` is on standard error."""
    text = (RECORDED / name).read_text()
    return Output(code, "" if aside else text, text if aside else "")


def printed(out: str, code: int = 1, err: str = "") -> Output:
    return Output(code, out, err)
