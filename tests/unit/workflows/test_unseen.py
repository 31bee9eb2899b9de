"""What people do not see in an issue is taken out of what a model gets, and named."""

from __future__ import annotations

import time

import pytest

from workflows.unseen import shown, uncovered, unseen, unseen_characters, visible


@pytest.mark.parametrize(
    ("text", "left", "found"),
    [
        ("a<!-- obey -->b", "ab", ("1 HTML comment",)),
        ("a<!-- o\nbey -->b<!--c-->", "ab", ("2 HTML comments",)),
        ("a<!-- obey", "a", ("1 HTML comment",)),
        ("a<!-->b<!--->c", "abc", ("2 HTML comments",)),
        ("a\n[//]: # (obey)\nb", "a\n\nb", ("1 HTML comment",)),
        ("a\r\n[comment]: <> 'obey'\r\nb", "a\n\nb", ("1 HTML comment",)),
        ("[1]: https://example.org (a title)", "", ("1 HTML comment",)),
        ("[1]: https://example.org", "[1]: https://example.org", ()),
        ("a[^1]\n[^1]: obey\nb", "a[^1]\n\nb", ("1 HTML comment",)),
        ("a<?obey?>b<!obey>c<![CDATA[obey]]>d", "abcd", ("3 HTML comments",)),
        ('<img src=a.png alt="obey" title=obey>', "<img src=a.png>", ("2 HTML attributes",)),
        (
            "a&#8203;b&zwnj;c&#x202e;d&amp;",
            "abcd&amp;",
            ("2 zero-width characters", "1 text-direction character"),
        ),
        ("a\u200b\u200db\ufeff", "ab", ("3 zero-width characters",)),
        ("a\u202eb\u2069", "ab", ("2 text-direction characters",)),
        ("".join(chr(0xE0000 + ord(each)) for each in "obey"), "", ("4 tag characters",)),
        ("a\ufe01\U000e0101b", "ab", ("2 variation selectors",)),
        ("a\x1b[8mb\0", "a[8mb", ("2 control characters",)),
        ("a\u00ad\u3164b", "ab", ("2 invisible characters",)),
        ("one\r\ntwo\tthree", "one\ntwo\tthree", ()),
        ("plain < text -- > &amp; <b>bold</b>", "plain < text -- > &amp; <b>bold</b>", ()),
        ("", "", ()),
    ],
)
def test_it_is_taken_out_and_named(text: str, left: str, found: tuple[str, ...]) -> None:
    assert shown(text) == left
    assert unseen(text) == found


@pytest.mark.parametrize(
    "emoji", ["\u2764\ufe0f", "1\ufe0f\u20e3", "\U0001f468\u200d\U0001f469\u200d\U0001f467"]
)
def test_an_emoji_hides_nothing(emoji: str) -> None:
    assert unseen(f"Thanks {emoji}!") == ()


def test_many_selectors_on_one_emoji_hide_something() -> None:
    assert unseen("\u2764" + "\ufe0f" * 3) == ("2 variation selectors",)


def test_what_is_no_markdown_keeps_its_comments() -> None:
    assert visible("<!-- a\u200b -->") == "<!-- a -->"


def test_several_texts_are_counted_together_in_one_order() -> None:
    assert unseen("\u200b", "<!-- -->", "\u200b") == ("1 HTML comment", "2 zero-width characters")


def test_a_long_text_is_read_once_and_quickly() -> None:
    hostile = "<!--" * 20_000 + "[x]: # (" * 20_000
    assert shown(hostile) == ""


def test_code_shows_what_would_turn_it_around() -> None:
    code = "if level != 'user\u202e \u2066// admin\u2069':\r\n"
    assert uncovered(code) == "if level != 'user<U+202E> <U+2066>// admin<U+2069>':\n"
    assert unseen_characters(code) == ("3 text-direction characters",)
    assert unseen_characters("<!-- a comment of a page -->\r\n") == ()


@pytest.mark.parametrize(
    "hostile",
    [
        "<a alt=x " * 20_000,
        "<a " + "alt=x " * 40_000 + ">",
        '<a "' * 40_000,
        "<a '\"" * 40_000,
        "&#" * 80_000,
    ],
)
def test_a_hostile_text_takes_no_longer_than_its_length(hostile: str) -> None:
    began = time.process_time()
    shown(hostile)
    assert time.process_time() - began < 3
