"""The grammar of commands: what speaks to us, and what only looks like it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.grammar import VERBS, Command, Misunderstood, parse


@pytest.mark.parametrize(
    "comment", ["/agent fix", "/Agent Fix", "/AGENT FIX", "/agent   fix  ", "/agent\tfix", "/agent fix\r\n"]
)
def test_case_and_space_do_not_matter(comment: str) -> None:
    assert parse(comment) == Command(verb="fix")


def test_the_word_alone_asks_for_help() -> None:
    assert parse("/agent") == Command(verb="help")


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "\n",
        "thanks",
        "> /agent fix",
        ">/agent fix",
        "`/agent fix`",
        "```\n/agent fix\n```",
        "    /agent fix",
        " /agent fix",
        "\t/agent fix",
        "\n/agent fix",
        "please /agent fix",
        "@redfirst /agent fix",
        "- /agent fix",
        "/agents fix",
        "/agentfix",
        "//agent fix",
        "\\/agent fix",
        "<!-- -->/agent fix",
        "\u200b/agent fix",
    ],
)
def test_what_does_not_begin_with_the_word_is_no_command(comment: str) -> None:
    assert parse(comment) is None


def test_what_follows_is_context() -> None:
    command = parse("/agent fix only the last page\n\nIt breaks with an empty list.\n\n/agent help\n")
    assert command == Command(
        verb="fix",
        words=("only", "the", "last", "page"),
        context="only the last page\nIt breaks with an empty list.\n\n/agent help",
    )


@pytest.mark.parametrize(
    ("said", "nearest"),
    [
        ("fux", "fix"),
        ("FIXX", "fix"),
        ("stat", "status"),
        ("halp", "help"),
        ("xyzzy", "help"),
        ("--help", "help"),
    ],
)
def test_an_unknown_verb_is_given_the_nearest(said: str, nearest: str) -> None:
    assert parse(f"/agent {said}") == Misunderstood(said=said.lower(), nearest=nearest)


@pytest.mark.parametrize("option", ["--frob", "--frob=1", "-f", "--", "--=1", "--Fast", "--model=opus"])
def test_an_option_that_a_verb_does_not_take_is_not_passed_over(option: str) -> None:
    assert parse(f"/agent fix {option}") == Misunderstood(said=option, nearest="", is_option=True)


def test_options_below_the_first_line_are_context() -> None:
    assert parse("/agent fix\n--fast") == Command(verb="fix", context="--fast")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_the_grammar_never_raises(comment: str) -> None:
    parse(comment)


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from([" ", "\n", ""]))
def test_after_the_word_too_the_grammar_never_raises(rest: str, space: str) -> None:
    said = parse(f"/agent{space}{rest}")
    if isinstance(said, Command):
        assert said.verb in VERBS


@settings(deadline=None)
@given(st.text(max_size=100), st.sampled_from(sorted(VERBS)))
def test_what_stands_below_a_command_never_changes_it(below: str, verb: str) -> None:
    said = parse(f"/agent {verb}\n{below}")
    assert isinstance(said, Command)
    assert (said.verb, said.options) == (verb, ())


def test_a_very_long_comment_is_read_at_once() -> None:
    said = parse("/agent " + "x" * 65_536)
    assert isinstance(said, Misunderstood)


@pytest.mark.parametrize(
    "said",
    ["why does -1 fail?", "what does --verbose do?", "- rename it", "-1 is wrong", "use --plan=x here"],
)
@pytest.mark.parametrize("verb", ["ask", "revise", "reject"])
def test_what_is_said_in_words_may_have_dashes(verb: str, said: str) -> None:
    assert parse(f"/agent {verb} {said}") == Command(verb=verb, words=tuple(said.split()), context=said)


@pytest.mark.parametrize(
    "option", ["--plan", "—plan", "–plan", "--plan=yes", "--plan=TRUE", "--plan=1", "--plan=on"]
)
def test_a_switch_is_on_where_it_is_named(option: str) -> None:
    assert parse(f"/agent fix {option}") == Command(verb="fix", options=(("plan", ""),))


@pytest.mark.parametrize("option", ["--plan=no", "--plan=False", "--plan=0", "--plan=off"])
def test_a_switch_can_be_said_to_be_off(option: str) -> None:
    assert parse(f"/agent fix {option}") == Command(verb="fix")


def test_a_switch_is_on_or_off_and_nothing_else() -> None:
    assert parse("/agent fix --plan=maybe") == Misunderstood(
        said="--plan=maybe", nearest="plan", is_option=True
    )


# --- options with a value ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("--setup=make", "make"),
        ('--setup="uv sync --locked"', "uv sync --locked"),
        ("--setup='uv sync --locked'", "uv sync --locked"),
        ("--setup=“uv sync --locked”", "uv sync --locked"),
        ('--setup="echo \\"a b\\" \'c\' \\\\n"', "echo \"a b\" 'c' \\n"),
        ("--setup='echo \"a\" \\n'", 'echo "a" \\n'),
        ('--setup="a \\$b"', "a \\$b"),
        ('--setup=""', ""),
        ("--setup=''", ""),
        ("--setup=", ""),
        ('--setup="a\tb"\r', "a\tb"),
        ("--setup=it's", "it's"),
    ],
)
@pytest.mark.parametrize("verb", ["fix", "plan", "repro", "retry"])
def test_a_value_may_stand_in_quotes_and_have_spaces_in_it(said: str, value: str, verb: str) -> None:
    assert parse(f"/agent {verb} {said}") == Command(verb=verb, options=(("setup", value),))


def test_several_options_words_and_lines_stand_together() -> None:
    said = parse(
        '/agent fix --setup="a b" don\'t --setup=c --path=\'x y\' break "this" --plan\nand --test=that'
    )
    assert said == Command(
        verb="fix",
        options=(("setup", "a b"), ("setup", "c"), ("path", "x y"), ("plan", "")),
        words=("don't", "break", '"this"'),
        context='don\'t break "this"\nand --test=that',
    )


@pytest.mark.parametrize("said", ["--setup", '--setup="uv', "--setup='uv", '--setup="uv"sync', "--setup=“uv"])
def test_quotes_that_do_not_close_run_nothing(said: str) -> None:
    assert parse(f"/agent fix {said} sync") == Misunderstood(said=said, nearest='setup="…"', is_option=True)


@pytest.mark.parametrize("verb", ["ask", "revise", "approve", "review", "stop"])
def test_what_begins_nothing_corrects_nothing(verb: str) -> None:
    assert isinstance(parse(f"/agent {verb} --setup=x"), Misunderstood)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_value_can_be_quoted(value: str) -> None:
    value = " ".join(value.replace("\n", " ").replace("\r", " ").split("\0"))
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    said = parse(f'/agent fix --test="{escaped}" please')
    assert said == Command(verb="fix", options=(("test", value),), words=("please",), context="please")


@pytest.mark.parametrize(
    "again", ['--plan="', "--plan='", "--plan=“", '--plan="\\', '--plan="x" ', "--plan=x "]
)
def test_a_great_many_quotes_are_read_at_once(again: str) -> None:
    began = time.process_time()
    parse("/agent fix " + again * (65_000 // len(again)))
    parse("/agent fix " + f" {again}" * (65_000 // (len(again) + 1)))
    assert time.process_time() - began < 1
