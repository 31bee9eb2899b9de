"""GitHub's REST API: one file for each resource, each a list of endpoints."""
