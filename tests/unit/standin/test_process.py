from __future__ import annotations

import ast
import asyncio
import sys
from pathlib import Path

from bot.standin.config import StandInConfig

from .support import REPO, config, plain_client

STANDIN = Path(__file__).parents[3] / "bot" / "standin"


async def test_it_serves_as_a_process_of_its_own_until_told_to_stop(tmp_path: Path) -> None:
    described = tmp_path / "standin.json"
    described.write_bytes(config().to_json())
    run = (
        "import asyncio, sys; from bot.standin.server import main; sys.exit(asyncio.run(main(sys.argv[1:])))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        run,
        "--config",
        str(described),
        stdout=asyncio.subprocess.PIPE,
        cwd=STANDIN.parents[1],
    )
    assert process.stdout
    url = (await process.stdout.readline()).decode().strip()
    async with plain_client(base_url=url) as plain:
        headers = {"Authorization": "Bearer token-of-reader"}
        assert (await plain.get(f"/repos/{REPO}", headers=headers)).json()["full_name"] == REPO
    process.terminate()
    assert await process.wait() == 0


def test_a_description_survives_json() -> None:
    assert StandInConfig.from_json(config().to_json()) == config()
    assert StandInConfig.from_json(b"{}") == StandInConfig()


def test_it_imports_nothing_else_of_the_project() -> None:
    found: set[str] = set()
    for file in STANDIN.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
            elif isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
    ours = {name for name in found if name.split(".")[0] in ("bot", "handlers", "workflows", "policies")}
    assert ours
    assert all(name.startswith("bot.standin") for name in ours)


def test_importing_it_loads_no_server() -> None:
    import subprocess

    code = (
        "import sys, bot.standin; print([m for m in ('starlette', 'uvicorn', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=STANDIN.parents[1]
    )
    assert done.stdout.strip() == "[]"
