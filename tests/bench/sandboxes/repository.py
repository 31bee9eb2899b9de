"""A repository to move about: about as many files, and as much text, as Django has."""

from __future__ import annotations

import io
import random
import tarfile

FILES = 3000
BYTES = 7000


def packed() -> bytes:
    dice = random.Random(20)
    words = [f"{dice.getrandbits(32):x}" for _ in range(2000)]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for number in range(FILES):
            text = " ".join(dice.choices(words, k=BYTES // 7)).encode()[:BYTES]
            member = tarfile.TarInfo(f"package{number % 40}/part{number % 9}/module{number}.py")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    return out.getvalue()
