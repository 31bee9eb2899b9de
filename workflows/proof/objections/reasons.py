"""Why, where several languages have it in common."""

from __future__ import annotations

STACK = "looks at who called it; a fix must behave the same whoever calls"
RUNNER = "uses a test framework in the product's own code; a fix must not know that it is tested"
EXIT = "ends the process; raise an error or return instead"
HOOK = "runs code when the process ends; a fix has no business there"
PROCESS = "starts another process, which this project does not do elsewhere"
EVAL = "runs text as code; write the code out"
INSIDE = "reaches into the interpreter; use what the language offers to everybody"
LOADER = "changes how modules are loaded; import what is needed in the plain way"
