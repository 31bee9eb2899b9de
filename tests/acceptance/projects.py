"""The fixture projects: small ones of many kinds, each with a bug of the kind that is seen in real life.

Each has its `project`, the `issue.md` of somebody who met the bug, the `test` and the `fix` of somebody
honest (whole files, as they are afterwards), a `witness`: another test of the same issue, and maybe `cheats`.
A cheat has a `test` or a `fix` of its own instead of the honest one, and in `why.txt` a word of why it is
refused.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.models.script import Call, Line, Part, Script, part, say

PROJECTS = Path(__file__).parents[1] / "projects"


@dataclass(frozen=True)
class Cheat:
    name: str
    test: Mapping[str, str]
    fix: Mapping[str, str]
    why: str


@dataclass(frozen=True)
class Project:
    name: str

    @property
    def folder(self) -> Path:
        return PROJECTS / self.name

    @property
    def issue(self) -> str:
        return (self.folder / "issue.md").read_text()

    @property
    def base(self) -> Mapping[str, str]:
        return files(self.folder / "project")

    @property
    def test(self) -> Mapping[str, str]:
        return files(self.folder / "test")

    @property
    def fix(self) -> Mapping[str, str]:
        return files(self.folder / "fix")

    @property
    def witness(self) -> Mapping[str, str]:
        return files(self.folder / "witness")

    def cheats(self) -> list[Cheat]:
        return [
            Cheat(
                name=at.name,
                test=files(at / "test") or self.test,
                fix=files(at / "fix") or self.fix,
                why=(at / "why.txt").read_text().strip(),
            )
            for at in sorted(self.folder.glob("cheats/*"))
        ]

    def repository(self, root: Path, more: Mapping[str, str] | None = None) -> Path:
        """A new one with the project in it, and `more` of this machine's own."""
        _write(root, self.base)
        _write(root, more or {})
        for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
            git(root, *command)
        return root

    def script(self, test: Mapping[str, str] | None = None, fix: Mapping[str, str] | None = None) -> Script:
        """What a model says that writes these, or the honest ones."""
        plan = Call(
            tool="submit", arguments={"cause": "It is in the code.", "test": "Show it.", "fix": "Mend it."}
        )
        tested = Call(tool="submit", arguments={"shows": "What the issue says."})
        mended = Call(tool="submit", arguments={"summary": "It does what the issue asks for."})
        return Script(
            parts=(
                part("planner", [say("", plan)]),
                _writes("test author", test or self.test, tested),
                _writes("witness", self.witness, tested),
                _writes("fixer", fix or self.fix, mended),
            )
        )


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def git(root: Path, *arguments: str) -> str:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        env={**os.environ, **who, "GIT_COMMITTER_EMAIL": "a@b"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def _writes(role: str, written: Mapping[str, str], done: Call) -> Part:
    calls = [
        Call(tool="write_file", arguments={"path": path, "content": content})
        for path, content in written.items()
    ]
    lines: list[Line] = [say("", *calls), say("", done)]
    return part(role, lines)


def _write(root: Path, written: Mapping[str, str]) -> None:
    for path, content in written.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
