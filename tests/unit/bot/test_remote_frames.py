"""What comes from a remote sandbox is a stranger's, whoever was asked."""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from bot.sandboxes.remote.frames import Frames
from bot.sandboxes.remote.guest import frames as guest
from workflows.errors import SandboxBroken
from workflows.printed import Collector

LIMIT = 1000


def frame(kind: str, payload: bytes) -> str:
    return f"{kind} {base64.b64encode(zlib.compress(payload)).decode()}\n"


def heard(*said: str) -> tuple[Frames, Collector, Collector]:
    out, err = Collector(LIMIT), Collector(LIMIT)
    frames = Frames(out, err)
    for text in said:
        frames.hear(text)
    return frames, out, err


def end(**said: object) -> str:
    return frame("x", json.dumps(said).encode())


def test_frames_may_be_cut_anywhere() -> None:
    whole = frame("o", b"out\xff") + frame("e", b"err") + end(code=3)
    frames, out, err = heard(*whole)
    assert (out.raw(), err.raw()) == (b"out\xff", b"err")
    assert frames.end
    assert frames.end.code == 3


def test_what_was_left_out_on_the_way_is_counted() -> None:
    said = (frame("o", b"h" * 500), frame("O", b"t" * 500), end(code=0, dropped=[9000, 0]))
    _, out, _ = heard(*said)
    assert "9000 bytes left out" in out.text()


def test_after_the_end_nothing_is_heard() -> None:
    frames, out, _ = heard(end(code=0), frame("o", b"forged"), end(code=9))
    assert frames.end
    assert (frames.end.code, out.raw()) == (0, b"")


def test_lines_that_are_no_frames_are_not_ours() -> None:
    _, out, _ = heard("Welcome to the machine\n", "\n", frame("o", b"said"))
    assert out.raw() == b"said"


@pytest.mark.parametrize(
    "said",
    [
        "o not-base64!\n",
        "x " + base64.b64encode(b"not zlib").decode() + "\n",
        frame("x", b"[1, 2"),
        frame("x", b'{"code": "many"}'),
        frame("o", b"\0" * 10_000_000),
        "o " + "A" * 1_000_000,
    ],
)
def test_what_no_command_of_ours_prints_is_a_broken_sandbox(said: str) -> None:
    with pytest.raises(SandboxBroken):
        heard(said)


def test_a_count_below_nothing_is_nothing() -> None:
    _, out, _ = heard(frame("o", b"x"), end(code=0, dropped=[-5000, 0]))
    assert out.seen == 1


def test_a_flood_is_sent_within_a_bound_even_to_who_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[str, int]] = []
    monkeypatch.setattr(guest, "EVERYTHING", 1000)

    def say(kind: str, payload: bytes) -> None:
        said.append((kind, len(payload)))

    monkeypatch.setattr(guest, "say", say)
    listened = guest.Stream("o", 100, everything=True)
    for _ in range(50):
        listened.feed(b"x" * 100)
    assert listened.finish() == 5000 - 1000 - 50
    assert said == [("o", 100)] * 10 + [("O", 50)]
