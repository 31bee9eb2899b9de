"""What a disk's refusals mean, and files that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from bot.durable import sync_folder
from workflows.errors import OperatorProblem, UserProblem

_WHAT_TO_DO = {
    errno.ENOSPC: "the disk is full: make room, and try again",
    errno.EDQUOT: "the disk quota is used up: make room, and try again",
    errno.EACCES: "permission denied: give this user the right, or choose another place",
    errno.EPERM: "permission denied: give this user the right, or choose another place",
    errno.EROFS: "the disk is read-only: choose another place",
    errno.ENOENT: "there is no such file or directory",
    errno.ENOTDIR: "there is no such directory",
    errno.EISDIR: "it is a directory: give the name of a file",
    errno.EIO: "the disk fails: check it",
}


@contextlib.contextmanager
def told(what: str) -> Generator[None]:
    """A refusal of the operating system as a sentence about `what`."""
    try:
        yield
    except OSError as error:
        said = _WHAT_TO_DO.get(error.errno or 0, error.strerror or str(error))
        raise OperatorProblem(f"{what}: {said}") from error


@contextlib.contextmanager
def whole_file(path: Path, *, force: bool) -> Generator[BinaryIO]:
    """Under another name until it is complete and on the disk, and for its owner alone."""
    refuse_existing(path, force=force)
    part = path.with_name(f"{path.name}.part-{secrets.token_hex(4)}")
    try:
        # Made in here: Ctrl-C may come between this call and the next.
        with open(part, "xb", opener=_for_its_owner) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # Looked at again: a backup takes its time.
        refuse_existing(path, force=force)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def refuse_existing(path: Path, *, force: bool) -> None:
    if path.is_dir():
        raise UserProblem(f"{path} is a directory: give the name of a file")
    if path.exists() and not path.is_file():
        raise UserProblem(f"{path} is no plain file: give another name")
    if path.exists() and not force:
        raise UserProblem(f"{path} is there already: give another name, or --force to replace it")
