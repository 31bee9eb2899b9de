"""Splits long lists into pages."""
