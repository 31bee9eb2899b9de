"""What the runners of Python have in common: what a path is, where code lies, what a run is given."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import PurePosixPath

from workflows.tree import Tree

_CONFIGURATION = frozenset(
    {
        *("conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml"),
        *("tox.ini", "setup.cfg", "pyproject.toml", "noxfile.py", ".coveragerc"),
    }
)

# Loaded by Python or pytest before any test is: whoever writes one of these steers the run.
_PRELOADED = frozenset({"sitecustomize", "usercustomize"})
_PYTEST = frozenset(
    {"pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "exceptiongroup", "py"}
)
_SHADOWED = (sys.stdlib_module_names | _PYTEST) - {"test", "tests"}


def is_test(path: str) -> bool:
    pure = PurePosixPath(path)
    below = bool({"test", "tests"} & set(pure.parts[:-1]))
    return collects(path) or (pure.suffix == ".py" and below)


def collects(path: str) -> bool:
    pure = PurePosixPath(path)
    return pure.suffix == ".py" and (pure.name.startswith("test_") or pure.stem.endswith("_test"))


def is_configuration(path: str, tree: Tree) -> bool:
    pure = PurePosixPath(path)
    names = [part.partition(".")[0] for part in pure.parts]
    return (
        pure.name in _CONFIGURATION
        or pure.name.endswith(".pth")
        # Metadata of a package may name plugins, and the working directory is searched for it.
        or any(part.endswith((".dist-info", ".egg-info")) for part in pure.parts)
        or bool(_PRELOADED & set(names))
        or _shadows(path, tree)
    )


def _shadows(path: str, tree: Tree) -> bool:
    """A new `json.py` would be imported by pytest itself; one that is there already may be mended."""
    root = "src/" if path.startswith("src/") else ""
    top = path.removeprefix(root).partition("/")[0]
    return top.partition(".")[0] in _SHADOWED and not tree.has(f"{root}{top}")


def has_source_folder(tree: Tree) -> bool:
    return any(path.startswith("src/") for path in tree.files)


def environment(seed: int) -> Mapping[str, str]:
    """No folder of the workspace: what lies in it would be imported before what belongs to Python."""
    return {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": str(seed), "PYTHONPATH": ""}


def kit(*names: str) -> Mapping[str, bytes]:
    there = files("workflows.proof.runners.kit")
    return {name: there.joinpath(name).read_bytes() for name in names}
