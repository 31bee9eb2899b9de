"""What was really done, in files that outlive every process: the outside world, as it remembers."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class What(StrEnum):
    DID = "did"
    """A worker did something that does not know whether it was done before."""
    KEPT = "kept"
    """The store acknowledged a row to a worker."""
    CLAIMED = "claimed"
    """A worker was given a run; the place says when, and until when at least."""
    RENEWED = "renewed"
    """The same, once more."""
    RELEASED = "released"
    """A worker is about to give a run back."""
    REFUSED = "refused"
    """The store would not take a worker's row, or let it keep a run."""
    PUT_DOWN = "put down"
    """A worker left a run to whoever takes it up next: refused, or too late to renew its lease."""
    KILLED = "killed"
    """A worker is about to be no more."""


@dataclass(frozen=True, slots=True)
class Line:
    who: str
    """The worker; no two lives of one have the same name."""
    what: What
    run: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """As much as a worker can know of its lease, in seconds since 1970: one machine has one clock."""

    since: float
    until: float

    def __str__(self) -> str:
        return f"{self.since:.6f} {self.until:.6f}"

    @classmethod
    def read(cls, place: str) -> Held:
        since, until = place.split()
        return cls(float(since), float(until))


@dataclass(frozen=True)
class Ledger:
    folder: Path

    def make(self) -> Ledger:
        for place in (self._effects, self._gates, self._orders):
            place.mkdir(parents=True, exist_ok=True)
        return self

    # --- what happened, in the order in which it did ---

    def say(self, *lines: Line) -> None:
        """One write, so that lines of several processes do not mix."""
        text = "".join(f"{line.who}\t{line.what}\t{line.run}\t{line.place}\n" for line in lines)
        end = os.open(self.folder / "lines", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(end, text.encode())
        finally:
            os.close(end)

    def lines(self) -> list[Line]:
        kept = self.folder / "lines"
        if not kept.exists():
            return []
        split = (line.split("\t") for line in kept.read_text().splitlines())
        return [Line(who, What(what), run, place) for who, what, run, place in split]

    # --- effects, which carry their key and are found again by it, as comments are by their marker ---

    def effect(self, run: str, key: str) -> str:
        """Looks before it acts, and not in one stroke: just as careful as GitHub lets us be."""
        of_run = self._effects / run
        of_run.mkdir(exist_ok=True)
        marker = key.replace("/", "|")
        for found in of_run.iterdir():
            if found.name.rpartition(".")[0] == marker:
                return found.name
        made = of_run / f"{marker}.{secrets.token_hex(4)}"
        made.touch(exist_ok=False)
        return made.name

    def effects(self, run: str) -> Counter[str]:
        """How often each was made, by key."""
        return Counter(name.rpartition(".")[0].replace("|", "/") for name in self.effect_names(run))

    def effect_names(self, run: str) -> set[str]:
        of_run = self._effects / run
        return {made.name for made in of_run.iterdir()} if of_run.exists() else set()

    # --- gates, before which a step waits until the test lets it through ---

    def open_gate(self, gate: str) -> None:
        (self._gates / gate).touch()

    def is_open(self, gate: str) -> bool:
        return (self._gates / gate).exists()

    # --- where whoever advances a run has to die ---

    def order(self, run: str, kills: Sequence[str]) -> None:
        (self._orders / run).write_text("".join(f"{kill}\n" for kill in kills))

    def ordered(self, run: str) -> list[str]:
        """What is still to be done; each kill happens once."""
        orders, obeyed = self._orders / run, self._orders / f"{run}.obeyed"
        if not orders.exists():
            return []
        done = obeyed.read_text().splitlines() if obeyed.exists() else []
        return [kill for kill in orders.read_text().splitlines() if kill not in done]

    def obey(self, run: str, kills: Iterable[str]) -> None:
        with (self._orders / f"{run}.obeyed").open("a") as obeyed:
            obeyed.write("".join(f"{kill}\n" for kill in kills))

    @property
    def _effects(self) -> Path:
        return self.folder / "effects"

    @property
    def _gates(self) -> Path:
        return self.folder / "gates"

    @property
    def _orders(self) -> Path:
        return self.folder / "orders"
