"""The command line. Each command is a small file; what is heavy is imported only when its command runs."""

from __future__ import annotations

import os
import sys


def main() -> None:
    from bot.cli.app import app

    code: object = 0
    try:
        app(prog_name="redfirst")
    except SystemExit as end:
        code = end.code
    # All is closed by now. Taking apart what libraries have loaded takes Python seconds, the system no time.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1 if code else 0)
