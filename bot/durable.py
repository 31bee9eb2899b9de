"""Names that survive a power cut: that of a file or a folder is only kept by the folder that it is in."""

from __future__ import annotations

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """With those above it that are missing."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
