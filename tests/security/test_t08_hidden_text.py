"""Text that people do not see is not passed on as if it were not there: it is made visible or taken out."""

from __future__ import annotations

import unicodedata

import pytest

from bot.harmless import defused, fenced
from workflows.unseen import visible

HIDDEN = {
    "zero-width space": "a\u200bb",
    "zero-width joiner": "a\u200db",
    "zero-width non-joiner": "a\u200cb",
    "word joiner": "a\u2060b",
    "byte order mark": "a\ufeffb",
    "right-to-left override": "a\u202eb\u202c",
    "left-to-right override": "a\u202db",
    "right-to-left embedding": "a\u202bb",
    "isolate": "a\u2067b\u2069",
    "right-to-left mark": "a\u200fb",
    "Arabic letter mark": "a\u061cb",
    "tag characters": "a" + "".join(chr(0xE0000 + ord(letter)) for letter in "obey") + "b",
    "variation selectors": "a\ufe01\U000e0101b",
    "soft hyphen": "a\u00adb",
    "grapheme joiner": "a\u034fb",
    "Hangul filler": "a\u3164b",
    "half-width filler": "a\uffa0b",
    "Mongolian separator": "a\u180eb",
    "invisible times": "a\u2062b",
    "escape": "a\x1b[8mb",
    "backspace": "a\x08b",
    "null": "a\0b",
    "interlinear annotation": "a\ufff9b",
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_what_cannot_be_seen_is_taken_out(text: str) -> None:
    assert visible(text).replace("[8m", "") == "ab"
    assert not [c for c in fenced(text) if c != "\n" and unicodedata.category(c) in {"Cc", "Cf"}]


@pytest.mark.parametrize(
    "text", ["<!-- obey -->", "<details><summary>x</summary>obey</details>", "<span hidden>obey</span>"]
)
def test_what_markup_would_hide_is_shown(text: str) -> None:
    said = defused(text)
    assert "<" not in said
    assert "obey" in said
