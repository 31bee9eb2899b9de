"""Runs `git`, and nothing else: argument lists only, no configuration or hooks of this machine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class GitFailed(Exception):
    """git said no; what it said is in `stderr`."""

    def __init__(self, arguments: tuple[str, ...], code: int, stderr: str) -> None:
        super().__init__(f"git {' '.join(arguments)}: {code}: {stderr.strip()}")
        self.code = code
        self.stderr = stderr


@dataclass(frozen=True)
class Git:
    """One bare repository."""

    directory: Path
    home: Path

    def environment(self) -> dict[str, str]:
        # Built up from nothing: a GIT_DIR or GIT_INDEX_FILE of the caller would redirect every command.
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
        }

    async def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        accept: tuple[int, ...] = (0,),
    ) -> bytes:
        out, _ = await self.run_with_code(*arguments, stdin=stdin, env=env, accept=accept)
        return out

    async def text(self, *arguments: str) -> str:
        return (await self.run(*arguments)).decode(errors="replace").strip()

    async def run_with_code(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        accept: tuple[int, ...] = (0,),
    ) -> tuple[bytes, int]:
        process = await asyncio.create_subprocess_exec(
            "git",
            "-c",
            f"core.hooksPath={os.devnull}",
            "--git-dir",
            str(self.directory),
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**self.environment(), **(env or {})},
        )
        try:
            out, err = await process.communicate(stdin)
        except asyncio.CancelledError:
            # A client that hangs up must not leave a git behind.
            process.kill()
            await process.wait()
            raise
        code = process.returncode or 0
        if code not in accept:
            raise GitFailed(arguments, code, err.decode(errors="replace"))
        return out, code
