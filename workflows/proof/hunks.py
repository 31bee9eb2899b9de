"""The fix as separate places, so that each can be taken away alone to see whether a test misses it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from policies.patch import FileChange, Patch
from workflows.proof import lines
from workflows.proof.saying import differs
from workflows.tree import Tree

MOST = 12
"""How many hunks a fix has at most, each costs a run: then they are merged by file, and then all in one."""
APART = 2
_SHORT = 80


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Part):
    """Lines of one file, counted from 0, the ends not in it; or a whole file that is new, gone or no text."""

    path: str
    old: tuple[int, int] = (0, 0)
    new: tuple[int, int] = (0, 0)
    whole: str = ""
    """`new`, `deleted` or `replaced`."""


class Hunk(_Part):
    places: tuple[Place, ...]
    is_code: bool
    """Whether it needs proof: comments, documentation and the like do not."""

    @property
    def path(self) -> str:
        """Empty where it is more than one file."""
        return self.places[0].path if len({place.path for place in self.places}) == 1 else ""

    @property
    def first(self) -> int:
        """In the fixed file, counted from 1."""
        return self.places[0].new[0] + 1

    @property
    def last(self) -> int:
        """Before `first` where lines were only taken out."""
        return self.places[-1].new[1]

    @property
    def base_first(self) -> int:
        return self.places[0].old[0] + 1

    @property
    def base_last(self) -> int:
        return self.places[-1].old[1]

    @property
    def label(self) -> str:
        """For people: `shelf/pages.py:9-12`."""
        if not self.path:
            return f"{len({place.path for place in self.places})} files"
        path = self.path if len(self.path) <= _SHORT else f"…{self.path[-_SHORT:]}"
        if self.places[0].whole:
            return f"{path} ({self.places[0].whole})"
        if len(self.places) > 1:
            return f"{path} ({len(self.places)} places)"
        return f"{path}:{self.first}-{self.last}" if self.last > self.first else f"{path}:{self.first}"


def hunks(base: Tree, fix: Patch) -> tuple[Hunk, ...]:
    found = [
        Hunk(places=(place,), is_code=is_code)
        for change in fix.changes
        for place, is_code in judged(base, change, apart=APART)
    ]
    # What needs no proof costs no run, so it must not make the others coarse.
    kept = [*_bounded([h for h in found if h.is_code]), *_bounded([h for h in found if not h.is_code])]
    return tuple(sorted(kept, key=lambda hunk: (hunk.places[0].path, hunk.places[0].new, hunk.places[0].old)))


def without(base: Tree, fix: Patch, *taken: Hunk) -> Patch:
    """The whole fix but these hunks."""
    places = [place for hunk in taken for place in hunk.places]
    return undone(base, fix, places)


def undone(base: Tree, fix: Patch, places: Sequence[Place]) -> Patch:
    """The fix with the base's lines in these places."""
    by_path: dict[str, list[Place]] = {}
    for place in places:
        by_path.setdefault(place.path, []).append(place)
    kept = (_without(base, change, by_path.get(change.path, ())) for change in fix.changes)
    return Patch(changes=tuple(change for change in kept if change is not None))


def judged(base: Tree, change: FileChange, *, apart: int) -> list[tuple[Place, bool]]:
    """Where this file differs, and whether code does there."""
    path, before, after = change.path, plain_text(base, change.path), change.content
    if before is None or after is None:
        whole = "deleted" if after is None else "replaced" if base.is_leaf(path) else "new"
        if after is None and not base.is_leaf(path):
            return []
        place = Place(path=path, whole=whole, new=(0, len(lines.split(after or ""))))
        place = place.model_copy(update={"old": (0, len(lines.split(before or "")))})
        is_code = differs(path, before or "", after or "")
        return [(place, is_code(*place.old, *place.new))]
    is_code = differs(path, before, after)
    places = [
        Place(path=path, old=(span.old, span.old_end), new=(span.new, span.new_end))
        for span in lines.spans(lines.split(before), lines.split(after), apart=apart)
    ]
    return [(place, is_code(*place.old, *place.new)) for place in places]


def plain_text(tree: Tree, path: str) -> str | None:
    """None where there is no file of this name whose text a patch could say."""
    file = tree.files.get(path)
    try:
        return None if file is None else file.content.decode()
    except UnicodeDecodeError:
        return None


def _without(base: Tree, change: FileChange, places: Sequence[Place]) -> FileChange | None:
    if not places:
        return change
    before = plain_text(base, change.path)
    if any(place.whole for place in places) or before is None or change.content is None:
        return None
    old, new = lines.split(before), lines.split(change.content)
    for place in sorted(places, key=lambda place: (place.new, place.old), reverse=True):
        new[slice(*place.new)] = old[slice(*place.old)]
    content = "".join(new)
    return None if content == before else FileChange(path=change.path, content=content)


def _bounded(found: list[Hunk]) -> list[Hunk]:
    if len(found) > MOST:
        files = dict.fromkeys(hunk.places[0].path for hunk in found)
        found = [_one(hunk for hunk in found if hunk.places[0].path == path) for path in files]
    return [_one(found)] if len(found) > MOST else found


def _one(several: Iterable[Hunk]) -> Hunk:
    several = list(several)
    return Hunk(
        places=tuple(place for hunk in several for place in hunk.places),
        is_code=any(hunk.is_code for hunk in several),
    )
