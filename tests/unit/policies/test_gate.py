"""The gate: each rule by its name, both ways, and every way to fail closed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules import bundle
from policies.bundle import BadRules, Bundle
from policies.decision import Verdict
from policies.effects import AddReaction, Done, Effect, OpenPullRequest, PostComment, PushCommit, StartRun
from policies.facts import Facts, Permission
from policies.gate import Gate
from policies.patch import FileChange, Patch

REPOSITORY = "octo/reds"
GATE = Gate(bundle())

SCHEMA = """
entity Role in [Role];
entity Actor in [Role] = { bot: Bool };
entity Repository;
action StartRun appliesTo { principal: Actor, resource: Repository, context: { workflow: String } };
"""

PERMIT = '@id("yes") @says("all may") permit (principal, action, resource);'


def facts(
    permission: Permission = Permission.WRITE, *, bot: bool = False, repository: str = REPOSITORY
) -> Facts:
    return Facts(actor="1", permission=permission, is_bot=bot, repository=repository)


def start(repository: str = REPOSITORY) -> StartRun:
    return StartRun(key="k", repository=repository, workflow="fix", subject=f"{repository}#7")


def patch(files: int = 1, size: int = 1, path: str = "src/f{}.py") -> Patch:
    return Patch(changes=tuple(FileChange(path=path.format(n), content="x" * size) for n in range(files)))


def push(change: Patch | None = None, branch: str = "redfirst/7") -> PushCommit:
    return PushCommit(
        key="k",
        repository=REPOSITORY,
        branch=branch,
        base_sha="b" * 40,
        message="Fix",
        patch=patch() if change is None else change,
    )


def pull(*, head: str = "redfirst/7", body: str = "body", draft: bool = True) -> OpenPullRequest:
    return OpenPullRequest(
        key="k", repository=REPOSITORY, head=head, base="main", title="Fix", body=body, draft=draft
    )


def comment(body: str = "hello") -> PostComment:
    return PostComment(key="k", repository=REPOSITORY, issue=7, body=body)


REACTION = AddReaction(key="k", repository=REPOSITORY, issue=7)


def refusing(effect: Effect[Done], who: Facts) -> set[str]:
    """The rules that said no; empty when the answer was yes."""
    decision = GATE.decide(effect, who)
    return set() if decision.allowed else set(decision.rules)


@pytest.mark.parametrize("role", [Permission.WRITE, Permission.MAINTAIN, Permission.ADMIN])
def test_whoever_may_write_may_start_work(role: Permission) -> None:
    decision = GATE.decide(start(), facts(role))
    assert decision.allowed
    assert decision.rules == ("start",)
    assert decision.reasons == ("work may be started",)


@pytest.mark.parametrize("role", [Permission.TRIAGE, Permission.READ, Permission.NONE])
def test_whoever_may_not_write_may_not_start_work(role: Permission) -> None:
    decision = GATE.decide(start(), facts(role))
    assert decision.verdict is Verdict.DENY
    assert decision.rules == ("start-needs-write",)
    assert decision.reasons == ("only people with write permission may start work",)


def test_a_bot_may_not_start_work_whatever_its_role() -> None:
    assert refusing(start(), facts(Permission.ADMIN, bot=True)) == {"bots-start-nothing"}


def test_two_rules_that_refuse_are_both_named() -> None:
    assert refusing(start(), facts(Permission.READ, bot=True)) == {"bots-start-nothing", "start-needs-write"}


@pytest.mark.parametrize("role", list(Permission))
def test_anyone_is_answered(role: Permission) -> None:
    assert GATE.decide(comment(), facts(role)).rules == ("anyone-is-answered",)
    assert GATE.decide(REACTION, facts(role, bot=True)).allowed


def test_a_comment_may_be_as_long_as_github_takes_and_no_longer() -> None:
    assert refusing(comment("é" * 65_536), facts()) == set()
    assert refusing(comment("é" * 65_536 + "x"), facts()) == {"comment-size"}


@pytest.mark.parametrize("effect", [push(), pull()], ids=["push", "pull request"])
def test_code_is_written_for_people_with_write_permission_only(effect: Effect[Done]) -> None:
    assert GATE.decide(effect, facts(Permission.WRITE)).rules == ("code",)
    assert refusing(effect, facts(Permission.TRIAGE)) == {"code-needs-write"}
    assert refusing(effect, facts(Permission.NONE)) == {"code-needs-write"}


@pytest.mark.parametrize(
    "branch", ["main", "redfirst", "redfirst-7", "Redfirst/7", "refs/heads/redfirst/7", "x/redfirst/7", ""]
)
def test_only_branches_of_ours_are_written(branch: str) -> None:
    assert refusing(push(branch=branch), facts(Permission.ADMIN)) == {"own-branches-only"}
    assert refusing(pull(head=branch), facts(Permission.ADMIN)) == {"own-branches-only"}


@pytest.mark.parametrize(
    "path", [".github/workflows/ci.yml", ".GitHub/x", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab-ci.yml"]
)
def test_files_that_steer_ci_are_not_changed(path: str) -> None:
    assert refusing(push(patch(path=path)), facts(Permission.ADMIN)) == {"no-workflow-files"}


def test_deleting_a_workflow_is_changing_it() -> None:
    gone = Patch(changes=(FileChange(path=".github/workflows/ci.yml", content=None),))
    assert refusing(push(gone), facts()) == {"no-workflow-files"}


def test_a_commit_may_have_fifty_files_and_no_more() -> None:
    assert refusing(push(patch(50)), facts()) == set()
    assert refusing(push(patch(51)), facts()) == {"patch-size"}


def test_a_commit_may_have_a_million_bytes_and_no_more() -> None:
    assert refusing(push(patch(1, 1_000_000)), facts()) == set()
    assert refusing(push(patch(1, 1_000_001)), facts()) == {"patch-size"}


def test_a_commit_must_change_something() -> None:
    assert refusing(push(Patch()), facts()) == {"no-empty-commit"}


def test_a_pull_request_starts_as_a_draft() -> None:
    assert refusing(pull(draft=True), facts()) == set()
    assert refusing(pull(draft=False), facts()) == {"draft-first"}


def test_a_pull_request_may_be_as_long_as_github_takes_and_no_longer() -> None:
    assert refusing(pull(body="x" * 65_536), facts()) == set()
    assert refusing(pull(body="x" * 65_537), facts()) == {"pull-request-size"}


def test_an_effect_for_another_repository_is_refused_before_any_rule() -> None:
    decision = GATE.decide(start("octo/blues"), facts(Permission.ADMIN))
    assert decision.verdict is Verdict.DENY
    assert decision.rules == ()
    assert decision.reasons == ("the effect is for octo/blues, the work is for octo/reds",)


def test_an_action_that_the_schema_does_not_know_is_refused() -> None:
    class Unheard(Effect[Done]):
        labels = frozenset()
        gives = Done

    decision = GATE.decide(Unheard(key="k", repository=REPOSITORY), facts(Permission.ADMIN))
    assert decision.verdict is Verdict.DENY
    assert decision.reasons


def test_a_context_that_does_not_fit_the_schema_is_refused() -> None:
    assert bundle().ask("StartRun", facts(Permission.ADMIN), {}).verdict is Verdict.DENY
    assert bundle().ask("StartRun", facts(Permission.ADMIN), {"workflow": 1}).verdict is Verdict.DENY


def test_silence_is_no() -> None:
    decision = Bundle({}, SCHEMA).ask("StartRun", facts(Permission.ADMIN), {"workflow": "fix"})
    assert decision.verdict is Verdict.DENY
    assert decision.reasons == ("no rule permits StartRun here",)


def test_a_condition_that_errors_is_a_no_even_where_another_rule_permits() -> None:
    # Cedar skips a rule that errors; a `forbid` that is skipped would be a yes.
    overflows = (
        '@id("odd") @says("never") forbid (principal, action, resource) '
        "when { context.size * 9223372036854775807 > 1 };"
    )
    schema = SCHEMA.replace("workflow: String", "size: Long")
    rules = Bundle({"a.cedar": PERMIT, "b.cedar": overflows}, schema)
    assert rules.ask("StartRun", facts(Permission.ADMIN), {"size": 0}).allowed
    decision = rules.ask("StartRun", facts(Permission.ADMIN), {"size": 3})
    assert decision.verdict is Verdict.DENY
    assert "overflow" in decision.reasons[0]


def test_a_rule_that_asks_is_neither_yes_nor_no() -> None:
    asking = '@id("ask") @says("a person decides") @decision("ask") forbid (principal, action, resource);'
    rules = Bundle({"a.cedar": PERMIT, "b.cedar": asking}, SCHEMA)
    decision = rules.ask("StartRun", facts(), {"workflow": "fix"})
    assert (decision.verdict, decision.rules, decision.allowed) == (Verdict.ASK, ("ask",), False)


def test_a_plain_no_beside_a_question_is_a_no() -> None:
    asking = '@id("ask") @says("a person decides") @decision("ask") forbid (principal, action, resource);'
    never = '@id("never") @says("never") forbid (principal, action, resource);'
    rules = Bundle({"a": asking, "b": never}, SCHEMA)
    assert rules.ask("StartRun", facts(), {"workflow": "fix"}).verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("permit (principal, action, resource", "unexpected"),
        ('@id("a") @says("b") permit (principal, action == Action::"Fly", resource);', "Fly"),
        (
            '@id("a") @says("b") permit (principal, action, resource) when { context.colour == "red" };',
            "colour",
        ),
        ('@says("b") permit (principal, action, resource);', "a rule needs @id and @says"),
        ('@id("a") permit (principal, action, resource);', "a: a rule needs @id and @says"),
        (PERMIT + PERMIT, "two rules have the same @id"),
    ],
    ids=["syntax", "unknown action", "unknown attribute", "no id", "no sentence", "same id"],
)
def test_bad_rules_are_refused_before_anything_starts(rule: str, complaint: str) -> None:
    with pytest.raises(BadRules, match=complaint):
        Bundle({"a.cedar": rule}, SCHEMA)


def test_the_same_id_in_two_files_is_refused() -> None:
    with pytest.raises(BadRules, match="same @id"):
        Bundle({"a.cedar": PERMIT, "b.cedar": PERMIT}, SCHEMA)


def test_the_digest_names_rules_and_schema() -> None:
    first = Bundle({"a.cedar": PERMIT}, SCHEMA)
    assert Bundle({"a.cedar": PERMIT}, SCHEMA).digest == first.digest
    assert Bundle({"a.cedar": PERMIT + "\n"}, SCHEMA).digest != first.digest
    assert Bundle({"a.cedar": PERMIT}, SCHEMA + "\n").digest != first.digest
    assert Gate(first).digest == first.digest


def test_rules_answer_by_the_names_that_people_gave_them() -> None:
    spoken = {
        *GATE.decide(start(), facts()).rules,
        *GATE.decide(start(), facts(Permission.READ, bot=True)).rules,
        *GATE.decide(push(), facts()).rules,
        *GATE.decide(push(branch="main"), facts(Permission.READ)).rules,
    }
    assert spoken == {
        "start",
        "bots-start-nothing",
        "start-needs-write",
        "code",
        "code-needs-write",
        "own-branches-only",
    }


@settings(deadline=None)
@given(role=st.sampled_from(Permission), bot=st.booleans(), branch=st.text(max_size=30))
def test_no_branch_of_others_is_ever_written(role: Permission, bot: bool, branch: str) -> None:
    if GATE.decide(push(branch=branch), facts(role, bot=bot)).allowed:
        assert branch.startswith("redfirst/")
        assert role in {Permission.ADMIN, Permission.MAINTAIN, Permission.WRITE}
