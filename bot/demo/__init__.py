"""The demo: a small project with a real bug, an issue, and a script for the model."""
