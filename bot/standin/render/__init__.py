"""GitHub's JSON, made from the world: pure functions, one file for each kind of thing."""
