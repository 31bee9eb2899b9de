"""What the engine weighs before it does anything: its import, beside a Python that imports nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from tests.bench.stepping.contender import ROOT

# Looked at from inside, so that how long a process takes to begin and to end is not in it.
_LOOK = """\
import json, time
began = time.perf_counter()
{imports}
took = time.perf_counter() - began
pages = int(open("/proc/self/statm").read().split()[1])
print(json.dumps([took * 1000, pages * {page} / 1024**2]))
"""
ENGINE = (
    "import workflows.engine.advance, workflows.engine.nodes, workflows.engine.step, workflows.engine.signals"
)
LIBRARIES = "import asyncio, pydantic, stamina; pydantic.BaseModel, pydantic.TypeAdapter"


@dataclass(frozen=True, slots=True)
class Weight:
    milliseconds: float
    megabytes: float


def _weight(imports: str) -> Weight:
    from resource import getpagesize

    program = _LOOK.format(imports=imports, page=getpagesize())
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return Weight(*json.loads(said.stdout))


def over_bare(imports: str) -> Weight:
    bare, full = _weight("pass"), _weight(imports)
    return Weight(full.milliseconds - bare.milliseconds, full.megabytes - bare.megabytes)
