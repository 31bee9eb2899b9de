"""The main job with the sandboxes that are the default: containers of a real engine."""

from __future__ import annotations

from pathlib import Path

from bot.demo.scene import LABEL, REPOSITORY
from bot.evidence import proof_of
from bot.wiring import blobs_of
from tests.acceptance.house import ISSUE, house
from tests.contract.sandbox_backends import docker_host, docker_image
from workflows.engine.status import RunStatus


async def test_a_label_becomes_a_pull_request_proven_in_containers(tmp_path: Path) -> None:
    environment = {
        "REDFIRST_SANDBOX": "docker",
        "DOCKER_HOST": docker_host(),
        "REDFIRST_SANDBOX_IMAGE": docker_image(),
        "REDFIRST_ALLOW_PROCESS_SANDBOX": "false",
    }
    async with house(tmp_path, environment=environment) as here:
        await here.stage.standin.label(REPOSITORY, ISSUE, LABEL, by="maintainer")
        run = await here.rests((await here.run_of()).id)
        assert run.status is RunStatus.SUSPENDED
        (pull,) = here.stage.standin.pulls(REPOSITORY)
        proof = await proof_of(await here.store.rows(run.id), blobs_of(here.settings))
        assert proof is not None
        assert proof.sandbox.kind == "docker"
        assert proof.sandbox.network == "none"
        assert not proof.sandbox.trusted_only
        assert "docker" in (pull.body or "")
