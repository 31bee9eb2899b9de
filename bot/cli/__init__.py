"""The command line. Each command is a small file; what is heavy is imported only when its command runs."""

from __future__ import annotations


def main() -> None:
    from bot.cli.app import app

    app(prog_name="redfirst")
