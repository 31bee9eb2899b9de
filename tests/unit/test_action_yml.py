"""action.yml offers what bot/action.py and bot/settings.py know, and nothing of it is ever code."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.action import Result
from bot.settings import Settings
from tests.services.need import need
from tests.unit.test_env_example import described

ROOT = Path(__file__).parents[2]
RUN = (ROOT / "action" / "run.sh").read_text()


@pytest.fixture
def action() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "action.yml").read_text())


def test_its_outputs_are_those_that_the_command_writes(action: dict[str, Any]) -> None:
    assert set(action["outputs"]) == set(Result.model_fields) - {"said", "passed"}
    for name, output in action["outputs"].items():
        assert output["value"] == f"${{{{ steps.redfirst.outputs.{name} }}}}"


def test_the_script_hands_on_those_outputs_alone() -> None:
    handed_on = re.search(r"\^\(([a-z_|]+)\)=", RUN)
    assert handed_on
    assert set(handed_on[1].split("|")) == set(Result.model_fields) - {"said", "passed"}


def test_every_input_reaches_a_setting_through_the_environment(action: dict[str, Any]) -> None:
    (step,) = action["runs"]["steps"]
    used = {name for value in step["env"].values() for name in re.findall(r"inputs\.([\w-]+)", value)}
    assert used == set(action["inputs"])
    assert set(step["env"]) - {"ACTION_IMAGE"} <= set(described())


def test_no_expression_is_in_a_script(action: dict[str, Any]) -> None:
    for step in action["runs"]["steps"]:
        assert "${{" not in step["run"]
    assert "${{" not in RUN


def test_no_other_action_is_used(action: dict[str, Any]) -> None:
    assert action["runs"]["using"] == "composite"
    assert not [step for step in action["runs"]["steps"] if "uses" in step]


def test_the_label_is_the_one_that_settings_begin_with(action: dict[str, Any]) -> None:
    assert action["inputs"]["label"]["default"] == Settings.model_fields["label"].default


def test_what_the_command_asks_of_the_runner_is_passed_on() -> None:
    asked = set(re.findall(r'"(GITHUB_[A-Z_]+)"', (ROOT / "bot" / "action.py").read_text()))
    assert asked <= set(re.findall(r"GITHUB_[A-Z_]+", RUN.partition("docker run")[0]))


def test_no_secret_is_on_a_command_line() -> None:
    """`--env NAME` takes the value from the environment; `--env NAME=value` would show it to everyone."""
    valued = set(re.findall(r"--env \"?([A-Z_]+)=", RUN))
    assert not [name for name in valued if re.search(r"KEY|TOKEN|SECRET", name)]


@pytest.mark.parametrize(
    "script",
    [
        "action/run.sh",
        ".ci/run",
        "scripts/run-tests",
        "scripts/ensure-uv",
        "scripts/ensure-commands",
        "scripts/docker-engine",
    ],
)
def test_scripts_are_without_the_usual_mistakes(script: str) -> None:
    shellcheck = need("shellcheck", shutil.which("shellcheck"), "install the package shellcheck")
    done = subprocess.run(
        [shellcheck, "--severity=warning", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stdout
