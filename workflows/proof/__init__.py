"""The proof: what the harness saw with its own eyes, red, green and the checks between."""
