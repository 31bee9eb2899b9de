"""The image, built and run by action/run.sh as a job's runner would, against the stand-in GitHub."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import docker
import pytest
import yaml

from bot.demo.scene import LABEL, REPOSITORY, TOKEN, Scene, scene
from bot.models.scripted import MODEL
from tests.contract.sandbox_backends import docker_host
from tests.live.bases import complete_base

ROOT = Path(__file__).parents[2]
ISSUE = 1
BUILT = "redfirst.test"
"""The label of the images that this test builds, so that it removes only its own."""

pytestmark = pytest.mark.timeout(900)


@dataclass
class Step:
    """What a runner gives to one step of a job, and what it gets back."""

    folder: Path
    environment: dict[str, str]
    log: str = ""
    users: set[str] = field(default_factory=set[str])
    commands: set[str] = field(default_factory=set[str])

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text()

    @property
    def secrets(self) -> tuple[str, str]:
        return self.environment["REDFIRST_MODEL_API_KEY"], self.environment["REDFIRST_GITHUB_TOKEN"]

    async def run(self, engine: docker.DockerClient) -> int:
        process = await asyncio.create_subprocess_exec(
            str(ROOT / "action" / "run.sh"),
            env=self.environment,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        watching = asyncio.create_task(self._watch(engine))
        try:
            said, _ = await process.communicate()
        finally:
            watching.cancel()
        self.log = said.decode()
        return process.returncode or 0

    async def _watch(self, engine: docker.DockerClient) -> None:
        while True:
            for one in await asyncio.to_thread(self._containers, engine):
                config = one["Config"]
                if "action" in (config["Cmd"] or []):
                    self.users.add(config["User"])
                    self.commands.add(json.dumps([one["Path"], one["Args"], one["HostConfig"]["Binds"]]))
            await asyncio.sleep(0.3)

    @staticmethod
    def _containers(engine: docker.DockerClient) -> list[dict[str, dict[str, str]]]:
        return [one.attrs for one in engine.containers.list(ignore_removed=True)]


@pytest.fixture
def engine() -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=docker_host(), timeout=120)
    yield client
    # The newest of each stays, for the next run to be quick; what is older is of another source.
    seen: set[str] = set()
    for image in client.images.list(filters={"label": BUILT}):
        for tag in image.tags:
            name = tag.partition(":")[0]
            if name in seen:
                client.images.remove(tag)
            seen.add(name)
    client.close()


@pytest.fixture
async def stage() -> AsyncIterator[Scene]:
    async with scene() as stage:
        yield stage


@pytest.fixture
async def step(tmp_path: Path, stage: Scene, engine: docker.DockerClient) -> Step:
    """Somebody puts the label on the issue; what the webhook would say of it is the job's event."""
    stage.standin.connect_hook("http://127.0.0.1:9/", "of no use here", events=("issues",))
    await stage.standin.label(REPOSITORY, ISSUE, LABEL, by="maintainer")
    (labeled,) = await stage.standin.deliveries()
    event = json.loads(labeled.request_body)
    event.pop("installation", None)  # a workflow's event does not name one
    (tmp_path / "event.json").write_text(json.dumps(event))
    for name in ("output", "summary"):
        (tmp_path / name).touch()
    runner = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "DOCKER_HOST": docker_host(),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_EVENT_NAME": "issues",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_RUN_ID": "1234567",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_API_URL": stage.standin.api_url,
        # No registry is reached: both images are made from what is here, and find their packages as we do.
        "REDFIRST_ACTION_BUILD_OPTIONS": (
            f"--network host --build-arg BASE={complete_base(engine)} --label {BUILT}=1"
        ),
        # The stand-in listens on this machine's loopback.
        "REDFIRST_ACTION_RUN_OPTIONS": "--network host",
    }
    inputs = {
        "model": MODEL,
        "model-api-base": stage.model_url,
        "model-api-key": f"sk-{secrets.token_hex(20)}",
        "github-token": TOKEN,
        "bot-id": stage.environment("")["REDFIRST_BOT_ID"],
        "ca-bundle": _ca_bundle(),
    }
    return Step(tmp_path, runner | _mapped(inputs))


def _ca_bundle() -> str:
    named = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    return named if Path(named).exists() else ""


def _mapped(given: dict[str, str]) -> dict[str, str]:
    """The step's environment, as action.yml makes it of the inputs."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    inputs = {name: str(about["default"]) for name, about in action["inputs"].items()} | given
    (only,) = action["runs"]["steps"]

    def value(expression: str) -> str:
        names = re.findall(r"inputs\.([\w-]+)", expression)
        return inputs[names[0]] if names else expression

    return {name: value(expression) for name, expression in only["env"].items()}


async def test_the_action_opens_a_proven_pull_request(
    stage: Scene, step: Step, engine: docker.DockerClient
) -> None:
    code = await step.run(engine)

    assert code == 0, step.log
    (pull,) = stage.standin.pulls(REPOSITORY)
    assert pull.pull is not None
    assert pull.pull.draft
    assert step.outputs == {
        "conclusion": "proposed",
        "pr_url": f"{stage.standin.url}/{REPOSITORY}/pull/{pull.number}",
        "repro_status": "red",
    }
    assert step.outputs["pr_url"] in step.summary
    assert "proposed" in step.summary

    assert step.users
    assert not {user for user in step.users if user.split(":")[0] in {"", "0", "root"}}
    for secret in step.secrets:
        assert secret not in step.log
        assert not [command for command in step.commands if secret in command]
    assert not [left for left in step.folder.iterdir() if left.name.startswith("redfirst.")]


async def test_an_event_that_is_not_ours_is_ignored_by_an_image_without_root_and_without_secrets(
    stage: Scene, step: Step, engine: docker.DockerClient
) -> None:
    event = json.loads((step.folder / "event.json").read_text())
    event["label"]["name"] = "question"
    (step.folder / "event.json").write_text(json.dumps(event))

    code = await step.run(engine)

    assert code == 0, step.log
    assert step.outputs == {"conclusion": "ignored", "pr_url": "", "repro_status": "none"}
    assert not stage.standin.pulls(REPOSITORY)

    image = next(one for one in engine.images.list(filters={"label": BUILT}) if _is_redfirst(one.tags))
    config = image.attrs["Config"]
    assert config["User"] == "redfirst"
    assert config["Entrypoint"] == ["redfirst"]
    told = json.dumps([config, image.history()])
    files = await asyncio.to_thread(_that_should_not_be_there, engine, image.tags[0])
    for secret in step.secrets:
        assert secret not in told
    assert not files


def _is_redfirst(tags: list[str]) -> bool:
    return any(tag.startswith("redfirst:") for tag in tags)


def _that_should_not_be_there(engine: docker.DockerClient, image: str) -> list[str]:
    wanted = ["-name", ".env", "-o", "-name", "ca-bundle.crt", "-o", "-name", ".git"]
    found = ["/", "-xdev", "(", *wanted, ")"]
    return engine.containers.run(image, found, entrypoint="find", user="0", remove=True).decode().splitlines()
