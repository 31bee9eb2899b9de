"""What strangers send: archives and repositories. Made here as bytes, and never unpacked on this machine."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable

from workflows.ports.sandbox import WORKSPACE

TOP = "acme-shop-0123abc"
AT = WORKSPACE.strip("/")


def member(
    name: str, kind: bytes = tarfile.REGTYPE, link: str = "", content: bytes = b"", mode: int = 0o644
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.mode = kind, link, len(content), mode
    info.uid = info.gid = 0
    return info, content


def packed(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def escapes(outside: str) -> dict[str, bytes]:
    """Each would write to `outside`, an absolute path, if whoever unpacks it were careless."""
    up = "../" * 12 + outside.lstrip("/")
    device = member(f"{AT}/disk", tarfile.BLKTYPE)
    device[0].devmajor, device[0].devminor = 8, 0
    return {
        "dotdot": packed(member(up, content=b"x")),
        "absolute": packed(member(outside, content=b"x")),
        "file-through-a-link": packed(
            member(f"{AT}/out", tarfile.SYMTYPE, outside), member(f"{AT}/out", content=b"x")
        ),
        "file-below-a-link": packed(
            member(f"{AT}/up", tarfile.SYMTYPE, outside.rpartition("/")[0]),
            member(f"{AT}/up/{outside.rpartition('/')[2]}", content=b"x"),
        ),
        "link-by-link": packed(
            member(f"{AT}/a/b/up", tarfile.SYMTYPE, "../.."),
            member(f"{AT}/out", tarfile.SYMTYPE, f"a/b/up/../{outside.lstrip('/')}"),
            member(f"{AT}/out", content=b"x"),
        ),
        "hard-link": packed(
            member(f"{AT}/same", tarfile.LNKTYPE, outside), member(f"{AT}/same", content=b"x")
        ),
        "hard-link-up": packed(member(f"{AT}/same", tarfile.LNKTYPE, up), member(f"{AT}/same", content=b"x")),
        "device": packed(device),
        "pipe": packed(member(f"{AT}/pipe", tarfile.FIFOTYPE), member(f"{AT}/pipe", content=b"x")),
        "set-uid": packed(member(f"{AT}/sh", content=b"#!/bin/sh\nid -u\n", mode=0o6755)),
        "long-name": packed(member(f"{AT}/{'n' * 4096}", content=b"x")),
        "cut-off": packed(member(f"{AT}/big", content=b"x" * 10_000))[:3000],
        "not-a-tar": b"\x7fELF" * 4096,
    }


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """As GitHub sends a commit."""
    return gzip.compress(packed(member(f"{TOP}/", tarfile.DIRTYPE), *members), 1)


BOMBS: dict[str, Callable[[], bytes]] = {
    "zeros": lambda: _claimed(f"{TOP}/big", tarfile.REGTYPE),
    "a-name-of-zeros": lambda: _claimed("././@LongLink", tarfile.GNUTYPE_LONGNAME),
    "attributes-of-zeros": lambda: _claimed("pax", tarfile.XHDTYPE),
    "too-many-files": lambda: gzip.compress(_many(100_002), 1),
}
"""Small here, and more than a machine has where somebody believes them."""


def _claimed(name: str, kind: bytes) -> bytes:
    """One member that says it has a terabyte, and enough zeros to begin with."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, 1 << 40
    # Members of a gzip file, one after another, are one file.
    return gzip.compress(info.tobuf(tarfile.GNU_FORMAT), 1) + gzip.compress(bytes(10 << 20), 9) * 60


def _many(count: int) -> bytes:
    block = tarfile.TarInfo(f"{TOP}/f").tobuf(tarfile.GNU_FORMAT)
    return block * count + bytes(1024)


def repository(marker: str) -> dict[str, str]:
    """Everywhere that somebody's tools would run it: `marker` is a file that it would leave on the host."""
    leave = f"__import__('os').system('echo ran >>{marker}')"
    run = f"import os\n{leave}\nprint('SEEN', dict(os.environ))\n"
    shell = f"echo ran >>{marker}"
    return {
        ".gitattributes": "* filter=evil diff=evil merge=evil\n",
        ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "{shell}"\n\tupdate = !{shell}\n',
        ".lfsconfig": f"[lfs]\n\turl = ext::sh -c '{shell}'\n",
        ".githooks/post-checkout": f"#!/bin/sh\n{shell}\n",
        ".envrc": f"{shell}\n",
        ".pre-commit-config.yaml": f"repos: [{{repo: local, hooks: [{{id: x, entry: '{shell}'}}]}}]\n",
        "setup.py": run,
        "setup.cfg": "[tool:pytest]\naddopts = -p evil\n",
        "evil.py": run,
        "evil.pth": f"import os; {leave}\n",
        "sitecustomize.py": run,
        "usercustomize.py": run,
        "conftest.py": run,
        "Makefile": f"all:\n\t{shell}\n",
        "package.json": f'{{"scripts": {{"preinstall": "{shell}", "test": "{shell}"}}}}\n',
        "tests/test_it.py": f"{run}\ndef test_it():\n    assert True\n",
    }
