"""Honest fixes of real bugs in projects of many kinds: each becomes a branch with a whole proof."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.models.scripted import scripted
from tests.acceptance.projects import Project, git
from tests.acceptance.toolbox import toolbox
from tests.services.need import need
from tests.services.warm import warm
from workflows.proof.statement import Proof

SECONDS = 240.0
DEBIAN_MAVEN = Path("/usr/share/maven-repo/org/apache/maven/plugins/maven-surefire-plugin")
STOCKROOM = "src/test/java/org/example/stockroom"


@dataclass(frozen=True)
class Given:
    """What is to be seen of a project's honest fix."""

    name: str
    runner: str
    red: tuple[str, ...]
    """The ids of its repro tests."""
    failing: tuple[str, ...] = ()
    """What fails before and after, and is nobody's business."""
    maybe: tuple[str, ...] = ()
    """What fails now and then."""
    command: str = ""
    """What the machine must have."""
    node_modules: bool = False
    witness: bool = True
    """Left out where the tool takes seconds to start."""
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files that tell this machine's tools where they find what they need."""


GIVEN = (
    Given(
        "python_src_layout",
        "pytest",
        (
            "tests/test_next_unit.py::test_what_rounds_up_to_the_next_unit_is_said_in_it[999999-1.0 MB]",
            "tests/test_next_unit.py::test_what_rounds_up_to_the_next_unit_is_said_in_it[999950000-1.0 GB]",
            "tests/test_next_unit.py::test_what_rounds_up_to_the_next_unit_is_said_in_it[-999999--1.0 MB]",
            "tests/test_next_unit.py::test_binary_too",
        ),
    ),
    Given(
        "python_unittest",
        "unittest",
        (
            "test_own_basket.py::OwnBasketTest::test_discounts_are_ones_own_as_well",
            "test_own_basket.py::OwnBasketTest::test_what_one_adds_the_other_does_not_have",
        ),
    ),
    Given(
        "python_crash",
        "pytest",
        (
            "tests/test_no_body.py::test_a_response_without_body_has_no_bytes",
            "tests/test_no_body.py::test_it_is_counted",
        ),
    ),
    Given(
        "python_async",
        "pytest",
        (
            "tests/test_order.py::test_results_are_in_the_order_of_the_work[2]",
            "tests/test_order.py::test_results_are_in_the_order_of_the_work[3]",
            "tests/test_order.py::test_errors_are_at_their_place",
        ),
    ),
    Given(
        "monorepo",
        "pytest",
        (
            "packages/prices/tests/test_no_cent_is_lost.py::"
            "test_parts_are_the_amount_together[100-weights0-parts0]",
            "packages/prices/tests/test_no_cent_is_lost.py::"
            "test_parts_are_the_amount_together[200-weights1-parts1]",
        ),
    ),
    Given(
        "slow_suite",
        "pytest",
        ("tests/test_quiet_night.py::test_a_full_bucket_does_not_fill_any_further",),
    ),
    Given(
        "flaky_suite",
        "pytest",
        (
            "tests/test_no_empty_labels.py::test_nothing_typed_is_no_label[]",
            "tests/test_no_empty_labels.py::test_nothing_typed_is_no_label[ , ,]",
            "tests/test_no_empty_labels.py::test_nothing_typed_is_no_label[red,]",
            "tests/test_no_empty_labels.py::test_a_comma_at_the_end_counts_nothing",
        ),
        maybe=(
            "tests/test_words.py::test_in_the_order_as_typed",
            "tests/test_cloud.py::test_some_are_not_always_the_same",
        ),
    ),
    Given(
        "js_node_test",
        "node:test",
        (
            "test/equals.test.js::values with an equals sign::keeps the padding of base64",
            "test/equals.test.js::values with an equals sign::splits at the first one only",
        ),
        command="node",
    ),
    Given(
        "known_failure",
        "node:test",
        (
            "test/quality.test.js::a quality may begin with the point",
            "test/quality.test.js::such a language is chosen",
        ),
        failing=("test/ranges.test.js::an extended range matches what is between",),
        command="node",
    ),
    Given(
        "js_jest",
        "jest",
        (
            "__tests__/instances.test.js::a date stays a date",
            "__tests__/instances.test.js::so does an instance of a class",
        ),
        command="node",
        node_modules=True,
    ),
    Given(
        "js_vitest",
        "vitest",
        (
            "test/falsy.spec.ts::values that are falsy::0 is given back",
            'test/falsy.spec.ts::values that are falsy::"" is given back',
            "test/falsy.spec.ts::values that are falsy::false is given back",
            "test/falsy.spec.ts::values that are falsy::null is given back",
            "test/falsy.spec.ts::values that are falsy::count as used",
            "test/falsy.spec.ts::values that are falsy::are remembered by functions",
        ),
        command="node",
        node_modules=True,
    ),
    Given(
        "js_mocha",
        "mocha",
        (
            "test/doubled-quotes.js::doubled quotes::are one quote",
            "test/doubled-quotes.js::doubled quotes::may be at the end or all there is",
        ),
        command="node",
        node_modules=True,
    ),
    Given(
        "rust_cargo",
        "cargo",
        (
            "tests/umlauts.rs::cut_between_characters",
            "tests/umlauts.rs::characters_are_counted_and_not_bytes",
        ),
        command="cargo",
    ),
    Given(
        "java_maven",
        "maven",
        (f"{STOCKROOM}/LargeCountsTest.java::whatStayedIsLeftOutHoweverManyThereAre",),
        command="mvn",
        witness=False,
        more={
            ".mvn/maven.config": "-Dmaven.repo.local=/usr/share/maven-repo\n",
            ".mvn/jvm.config": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC\n",
        },
    ),
)


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: given.name)
async def test_an_honest_fix_becomes_a_branch_with_a_whole_proof(given: Given, tmp_path: Path) -> None:
    project = Project(given.name)
    repo = project.repository(tmp_path / "repo", _more(given))
    (tmp_path / "issue.md").write_text(project.issue)
    proof = await _fixed(project, repo, "required" if given.witness else "off")
    assert proof.runner == given.runner
    assert set(proof.red.tests) == set(given.red)
    assert set(proof.red.files) == set(project.test)
    assert proof.red.runs >= 3
    assert set(proof.green.tests) == set(given.red)
    assert proof.green.runs >= 3
    assert proof.suite.compared > 0
    assert set(given.failing) <= set(proof.suite.failing_before) <= {*given.failing, *given.maybe}
    assert set(proof.suite.flaky) <= set(given.maybe)
    assert given.witness == (proof.witness is not None and proof.witness.passed is True)
    assert proof.controls is not None
    assert proof.controls.hunks
    assert proof.controls.unproven == ()
    assert git(repo, "rev-parse", "HEAD") == proof.base_sha
    assert git(repo, "diff", "--name-only", "main", proof.head_sha).splitlines() == sorted(
        [*project.test, *project.fix]
    )


def _more(given: Given) -> Mapping[str, str]:
    """There is no network, so nothing is set up but what is on the machine."""
    if given.command:
        need(given.command, shutil.which(given.command), f"scripts/ensure-commands {given.command}")
    if given.command == "mvn":
        need(
            "Debian's Maven plugins", DEBIAN_MAVEN.is_dir() or None, "apt-get install libsurefire-java junit4"
        )
    there = f"{toolbox()}/node_modules"
    line = f"mkdir node_modules && ln -s {there}/* {there}/.bin node_modules/"
    told = json.dumps({"setup": [line] if given.node_modules else []})
    config = {".github/redfirst.yml": f"{told}\n"} if given.name != "monorepo" else {}
    return {**config, **given.more}


async def _fixed(project: Project, repo: Path, witness: str) -> Proof:
    async with scripted(project.script()) as model:
        environment = {
            **os.environ,
            "REDFIRST_DATA_DIR": str(repo.parent / "data"),
            "REDFIRST_MODEL_API_BASE": model,
            "REDFIRST_MODEL_API_KEY": "none",
            "REDFIRST_SANDBOX": "process",
            "REDFIRST_SANDBOX_PYTHON": str(toolbox()),
            "REDFIRST_WITNESS": witness,
        }
        asked = ("fix", "--repo", str(repo), "--issue", str(repo.parent / "issue.md"))
        said = json.loads(await _redfirst(environment, *asked, "--model", "openai/scripted", "--json"))
        assert said["ok"], said
        return Proof.model_validate_json(await _redfirst(environment, "runs", "show", said["run"], "--proof"))


async def _redfirst(environment: Mapping[str, str], *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *warm(),
        *arguments,
        env=dict(environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{out.decode()[-3000:]}\n{err.decode()[-3000:]}"
    return out.decode()
