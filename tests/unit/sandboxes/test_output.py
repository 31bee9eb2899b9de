"""What a command printed, as it goes on to people and models."""

from __future__ import annotations

from bot.sandboxes.output import Ran
from workflows.printed import Collector

TOKEN = "ghp_" + "0123456789abcdefghijklmnopqrstuvwxyz"


def ran(stdout: bytes, stderr: bytes = b"") -> Ran:
    out, err = Collector(4096), Collector(4096)
    out.feed(stdout)
    err.feed(stderr)
    return Ran(0, out, err, 0.1)


def test_no_secret_that_was_printed_goes_any_further() -> None:
    result = ran(f"token={TOKEN}\n".encode(), f"{TOKEN[:10]}\x1b[1m{TOKEN[10:]}".encode()).result()
    assert result.stdout == "token=[redacted: a GitHub token]\n"
    assert result.stderr == "[redacted: a GitHub token]"


def test_what_was_printed_is_kept_as_it_was_for_whoever_reads_a_file() -> None:
    assert ran(TOKEN.encode()).stdout.raw() == TOKEN.encode()
