"""Where everything is: what commands may write, copies of it, and what is ours alone."""

# What it works on are descriptors and mounts, and it is loaded for each command: no pathlib.
# ruff: noqa: PTH101, PTH102, PTH103, PTH104, PTH112, PTH118, S103, S108
from __future__ import annotations

import os
import time

from .frames import end

HOME = "/var/lib/redfirst"
INBOX = "/tmp/redfirst"
"""Where we are sent, and what we are to do: whoever sends need not be root. Commands have another /tmp."""
USER = 65532


def at(*parts: str) -> str:
    return os.path.join(HOME, *parts)


def prepare(_nonce: str) -> None:
    """Makes the places that commands may write, which are nobody's but the commands'."""
    import shutil

    os.makedirs(HOME, exist_ok=True)
    os.chmod(HOME, 0o755)
    for name in ("jobs", "kept", "gone"):
        os.makedirs(at(name), mode=0o700, exist_ok=True)
        os.chmod(at(name), 0o700)
    os.makedirs("/workspace", exist_ok=True)
    if not os.path.isdir(at("now")):
        os.mkdir(at("now"), 0o755)
        _fresh("workspace", 0o700)
        _fresh("tmp", 0o700)
    missing = [tool for tool in ("sh", "tar", "head", "rm", "chmod", "cp") if not shutil.which(tool)]
    end(code=0, missing=missing, root=os.geteuid() == 0, kernel=os.uname().release)


def _fresh(name: str, mode: int) -> None:
    os.mkdir(at("now", name), mode)
    os.chmod(at("now", name), mode)
    os.chown(at("now", name), USER, USER)


def snapshot(nonce: str) -> None:
    _tool("cp", "-a", at("now", "workspace"), at("kept", nonce))
    end(code=0)


def restore(nonce: str) -> None:
    """What was there is put out of the way first, so that nothing of it can be left behind."""
    if not os.path.isdir(at("kept", nonce)):
        end(code=44)
        return
    away = at("gone", f"{nonce}-{time.monotonic_ns()}")
    _tool("cp", "-a", at("kept", nonce), away + ".new")
    os.rename(at("now"), away)
    os.mkdir(at("now"), 0o755)
    os.rename(away + ".new", at("now", "workspace"))
    _fresh("tmp", 0o700)
    end(code=0)
    _tool("rm", "-rf", at("gone"))
    os.mkdir(at("gone"), 0o700)


def settle(_nonce: str) -> None:
    """Before a sandbox becomes what others start from: nothing of one run is in it."""
    for name in ("jobs", "kept", "gone"):
        _tool("rm", "-rf", at(name))
    end(code=0)


def _tool(*argv: str) -> None:
    import subprocess

    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
