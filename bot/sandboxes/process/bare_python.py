"""A Python with pytest and nothing else, for bubblewrap: made from what this process has, without a network.

Our own environment is not shown to tests: its plugins would run in them, and its packages be found by them.
"""

from __future__ import annotations

import compileall
import hashlib
import shutil
import sys
import sysconfig
import tempfile
from importlib import metadata
from pathlib import Path

_COMPILED = shutil.ignore_patterns("__pycache__")
_PACKAGES = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")


def bare_python(root: Path) -> Path:
    """The environment's folder, made on first use and kept until one of its parts has another version."""
    versions = [f"{name}=={metadata.version(name)}" for name in _PACKAGES]
    made_of = "\n".join(["compiled", sys.base_prefix, sys.version, *versions])
    named = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    ready = root / f"python-{named}"
    if not ready.exists():
        root.mkdir(parents=True, exist_ok=True)
        # Of its own: several processes may be at it at once.
        part = Path(tempfile.mkdtemp(prefix=f"python-{named}.", dir=root))
        try:
            _make(part)
            part.chmod(0o755)
            part.rename(ready)
        except OSError:
            # Another process was faster; either is as good.
            if not ready.exists():
                raise
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return ready


def _make(folder: Path) -> None:
    import venv

    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    purelib = sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)})
    for name in _PACKAGES:
        _copy(metadata.distribution(name), Path(purelib))
    # Installers leave that to the first import, and those who import it here can write nothing: each test
    # run would compile it all anew.
    compileall.compile_dir(purelib, quiet=2)


def _copy(distribution: metadata.Distribution, into: Path) -> None:
    for top in {file.parts[0] for file in distribution.files or [] if file.parts[0] != ".."}:
        if top == "__pycache__":
            continue
        source = Path(str(distribution.locate_file(top)))
        if source.is_dir():
            shutil.copytree(source, into / top, dirs_exist_ok=True, ignore=_COMPILED)
        else:
            shutil.copy2(source, into / top)
