"""What a check has found so far."""

from __future__ import annotations

from bot.store.maintenance.digests import Folder, all_needed_by, names_of, whole
from workflows.ports.frozen import Frozen

RESTORE = "restore the store from a backup"


class Finding(Frozen):
    """Something that is wrong, and what to do about it."""

    run: str = ""
    said: str

    @property
    def line(self) -> str:
        return f"run {self.run}: {self.said}" if self.run else self.said


class Tally:
    def __init__(self, folder: Folder) -> None:
        self.findings: list[Finding] = []
        self.runs = 0
        self.rows = 0
        self.deliveries = 0
        self._folder = folder
        self._seen: dict[str, str] = {}
        """What is wrong with a blob, or nothing; a blob may be named by many rows."""

    @property
    def blobs(self) -> int:
        return sum(not wrong for wrong in self._seen.values())

    def add(self, said: str, run: str = "") -> None:
        self.findings.append(Finding(run=run, said=said))

    def whole(self, text: str) -> str:
        return whole(text, self._folder)

    def wrong_blobs(self, text: str) -> list[str]:
        """About the blobs of a row. One that is only perhaps meant may be missing, but not damaged."""
        names = names_of(text, self._folder)
        if not names:
            return []
        needed = all_needed_by(text, self._folder)
        perhaps = {name for name in names if self._folder.size(name) is not None}
        return [wrong for name in sorted(needed | perhaps) if (wrong := self._wrong(name))]

    def _wrong(self, name: str) -> str:
        if name not in self._seen:
            self._seen[name] = self._look(name)
        return self._seen[name]

    def _look(self, name: str) -> str:
        if self._folder.size(name) is None:
            return f"blob, {name}, that is not in {self._folder.path}: put it back from a backup"
        if not self._folder.is_whole(name):
            return f"blob, {name}, that is damaged in {self._folder.path}: put it back from a backup"
        return ""
