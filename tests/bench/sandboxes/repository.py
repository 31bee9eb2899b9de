"""A repository to move about: about as many files, and as much text, as Django has."""

from __future__ import annotations

import random

from workflows.tree import File, Tree

FILES = 3000
BYTES = 7000


def repository() -> Tree:
    dice = random.Random(20)
    words = [f"{dice.getrandbits(32):x}" for _ in range(2000)]
    return Tree(
        {
            f"package{number % 40}/part{number % 9}/module{number}.py": File(
                " ".join(dice.choices(words, k=BYTES // 7)).encode()[:BYTES]
            )
            for number in range(FILES)
        }
    )
