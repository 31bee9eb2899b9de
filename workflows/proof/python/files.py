"""Of files: what lies around, in places that are written out, and marks that are left there. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from workflows.code.syntax import Node, Parsed
from workflows.code.uses import Use, Way
from workflows.proof.objections.model import HARNESS
from workflows.proof.python.asked import Asked, called_with, first_call, is_constant, is_decided_by

_LOOKS = frozenset(
    {
        *("os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.lexists", "os.path.islink"),
        *("os.path.getmtime", "os.path.getctime", "os.path.getsize", "os.stat", "os.lstat", "os.access"),
        *("os.path.getatime", "os.path.samefile", "os.path.ismount"),
    }
)
_LISTS = frozenset({"os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob", "glob.iglob"})
_WRITES = frozenset(
    {
        *("os.mkdir", "os.makedirs", "os.remove", "os.unlink", "os.rename", "os.replace", "os.rmdir"),
        *("os.removedirs", "os.symlink", "os.link", "os.truncate", "os.utime", "os.chmod", "os.mkfifo"),
        *("shutil.rmtree", "shutil.move", "shutil.copy", "shutil.copy2", "shutil.copyfile"),
        *("shutil.copytree", "os.open", "shelve.open", "dbm.open", "sqlite3.connect"),
    }
)
_OPENS = frozenset({"open", "io.open", "codecs.open"})
_PATHS = ("pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath")
_PATH_LOOKS = frozenset({"exists", "is_file", "is_dir", "stat", "lstat", "iterdir", "glob", "rglob", "walk"})
_PATH_WRITES = frozenset(
    {"write_text", "write_bytes", "touch", "mkdir", "unlink", "rename", "replace", "rmdir", "symlink_to"}
)
_HERE = ("os.getcwd", "os.getcwdb")
_PLACE = "looks for something in a place that is written out; a fix must behave the same everywhere"
_AROUND = "looks at which files lie around, which this project does not do elsewhere"
_MARKS = "writes files, which this project does not do elsewhere"
_DEALS = "open|os|path|pathlib|Path|shutil|glob|io|shelve|dbm|sqlite3"
_OWN = "reads how it is written; what it does must not depend on that"
_CWD = "asks in which folder it was started; a fix must behave the same everywhere"


def of_files(use: Use, parsed: Parsed) -> Iterator[Asked]:
    if use.way in {Way.IMPORT, Way.TEXT} or use.own or use.node is None:
        return
    given = called_with(first_call(use.node))
    fixed = bool(given) and is_constant(given[0])
    if given and given[0].excerpt() == "__file__" and use.starts("open"):
        yield Asked("its own text", use.line, _OWN, word="__file__")
    elif any(use.starts(path) for path in _PATHS):
        yield from _of_path(use, parsed)
    elif use.name in _LOOKS and fixed:
        yield Asked("a fixed place", use.line, _PLACE, word=_DEALS)
    elif use.name in _LISTS:
        yield Asked(
            "a fixed place" if fixed else "files around", use.line, _PLACE if fixed else _AROUND, word=_DEALS
        )
    elif use.name in _WRITES or (any(use.starts(name) for name in _OPENS) and _is_written(given)):
        yield Asked("files are written", use.line, _MARKS, HARNESS, word=_DEALS)
    elif any(use.starts(name) for name in _HERE) and is_decided_by(use, parsed):
        yield Asked("cwd", use.line, _CWD, word="getcwd|cwd")


def _of_path(use: Use, parsed: Parsed) -> Iterator[Asked]:
    parts = use.name.split(".")[2:]
    made = first_call(use.node)
    fixed = made is not None and bool(called_with(made)) and all(map(is_constant, called_with(made)))
    if "cwd" in parts and is_decided_by(use, parsed):
        yield Asked("cwd", use.line, _CWD, word="getcwd|cwd")
    elif _PATH_WRITES & set(parts):
        yield Asked("files are written", use.line, _MARKS, HARNESS, word=_DEALS)
    elif fixed and _PATH_LOOKS & set(parts):
        yield Asked("a fixed place", use.line, _PLACE, word=_DEALS)


def _is_written(given: list[Node]) -> bool:
    modes = [one.excerpt(8).strip("'\"") for one in given[1:2] if one.kind == "string"]
    return any(set(mode) & set("wax+") and len(mode) <= 3 for mode in modes)
