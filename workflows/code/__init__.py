"""Reads source code without running it: what is said, and what it refers to. All of it is hostile text."""
