"""Diagnostics: what a project's own linters and type checkers say of a fix that they did not say before."""
