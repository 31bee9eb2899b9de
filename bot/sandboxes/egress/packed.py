"""Proxy and relay as one archive that any Python runs. The same bytes each time: its digest names it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

_OURS = {
    "bot": ("__init__.py",),
    "bot.sandboxes": ("__init__.py",),
    "bot.sandboxes.egress": tuple(
        f"{name}.py"
        for name in ("__init__", "__main__", "addresses", "plain", "proxy", "pump", "relay", "rules")
    ),
    "policies": ("__init__.py", "hosts.py"),
}
_MAIN = "import sys\nfrom bot.sandboxes.egress.__main__ import main\nsys.exit(main(sys.argv[1:]))\n"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def packed() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(_files()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _files() -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN.encode()
    for package, files in _OURS.items():
        root = resources.files(package)
        for file in files:
            yield f"{package.replace('.', '/')}/{file}", root.joinpath(file).read_bytes()
    for file in resources.files("h11").iterdir():
        if _is_source(file):
            yield f"h11/{file.name}", file.read_bytes()


def _is_source(file: Traversable) -> bool:
    return file.is_file() and file.name.endswith(".py")
