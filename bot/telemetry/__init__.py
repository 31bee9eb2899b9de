"""Logs for people and machines, and one trace a run. Nothing leaves the machine unless an address is set."""
