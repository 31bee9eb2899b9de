"""`redfirst sandbox`, as an operator types it, with a real engine."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from bot.sandboxes.docker.sandboxes import DockerSandboxes
from bot.settings import load
from bot.wiring import sandboxes_of
from tests.contract.sandbox_backends import docker_host, docker_image
from tests.live.bases import complete_base
from workflows.ports.sandbox import SandboxSpec

REDFIRST = Path(os.environ.get("VIRTUAL_ENV", ".venv")) / "bin" / "redfirst"


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=docker_host(), timeout=120)
    yield client
    client.close()


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    known = {
        name: value for name, value in os.environ.items() if not name.startswith(("REDFIRST_", "DOCKER_"))
    }
    return known | {
        "HOME": str(tmp_path),
        "REDFIRST_DATA_DIR": str(tmp_path / "data"),
        "DOCKER_HOST": docker_host(),
        "REDFIRST_SANDBOX": "docker",
        "REDFIRST_SANDBOX_IMAGE": docker_image(),
    }


def redfirst(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(REDFIRST), "sandbox", *arguments], env=environment, capture_output=True, text=True, timeout=280
    )


def test_an_image_is_built_that_has_what_tests_need(
    engine: docker.DockerClient, environment: dict[str, str]
) -> None:
    name = f"redfirst-sandbox:built-{uuid.uuid4().hex[:12]}"
    bundle = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    environment |= {"REDFIRST_CA_BUNDLE": bundle} if Path(bundle).exists() else {}
    try:
        ran = redfirst(
            environment,
            "build",
            "--name",
            name,
            "--base",
            complete_base(engine),
            "--network",
            "host",
            "--json",
        )
        assert ran.returncode == 0, ran.stderr
        assert json.loads(ran.stdout)["id"] == engine.images.get(name).id
        environment["REDFIRST_SANDBOX_IMAGE"] = name
        tools = " && ".join(f"{tool} --version" for tool in ("python3", "pytest", "uv", "node", "npm"))
        checked = redfirst(environment, "check", "--", "sh", "-c", f"{tools} && id -un")
        assert checked.returncode == 0, checked.stderr
        assert checked.stdout.splitlines()[-1] == "sandbox"
    finally:
        engine.images.remove(name, force=True)


def test_a_base_that_nobody_has_is_said_with_what_to_do(environment: dict[str, str]) -> None:
    ran = redfirst(
        environment, "build", "--name", "redfirst-sandbox:never", "--base", "127.0.0.1:1/no/such:base"
    )
    assert ran.returncode == 1
    assert "could not be built" in ran.stderr
    assert "scripts/sandbox-image" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("name", ["Bad Name", "UPPER", "a:b:c", "-x"])
def test_a_name_that_no_image_may_have_is_said_so(environment: dict[str, str], name: str) -> None:
    ran = redfirst(environment, "build", f"--name={name}")
    assert ran.returncode == 1
    assert f"{name!r} is no name for an image" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_command_is_run_where_runs_are_and_its_code_is_ours(environment: dict[str, str]) -> None:
    ran = redfirst(environment, "check", "--", "sh", "-c", "id -u; echo said >&2; exit 7")
    assert (ran.returncode, ran.stdout) == (7, "65532\n")
    assert "said\n" in ran.stderr
    assert "network none" in ran.stderr


def test_what_a_program_reads_of_a_check_says_where_it_was(environment: dict[str, str]) -> None:
    said = json.loads(redfirst(environment, "check", "--json").stdout)
    assert said["ok"]
    assert (said["sandbox"]["kind"], said["sandbox"]["network"]) == ("docker", "none")


async def test_what_no_live_run_owns_is_taken_away(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, engine: docker.DockerClient
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    sandboxes = await sandboxes_of(load(), trusted=True)
    assert isinstance(sandboxes, DockerSandboxes)
    try:
        left = await sandboxes.create(SandboxSpec(run="a run that nobody knows", image=docker_image()))
        assert engine.containers.list(filters={"id": left.id})
        ran = redfirst(environment, "gc")
        assert (ran.returncode, ran.stdout) == (0, "1 sandbox removed\n")
        assert not engine.containers.list(all=True, filters={"id": left.id})
        assert json.loads(redfirst(environment, "gc", "--json").stdout) == {
            "ok": True,
            "removed": 0,
            "environments_removed": 0,
            "live_runs": 0,
        }
    finally:
        await sandboxes.close()


def test_an_engine_that_is_not_there_is_one_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    environment["DOCKER_HOST"] = f"unix://{tmp_path}/none.sock"
    for command in ("build", "check", "gc"):
        ran = redfirst(environment, command)
        assert ran.returncode == 1
        assert "No Docker engine answers" in ran.stderr
        assert "Traceback" not in ran.stderr
