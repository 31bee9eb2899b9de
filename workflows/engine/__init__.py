"""The engine: a workflow is a tree of typed nodes, a run is its journal, to resume is to read it."""
