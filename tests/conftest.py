"""Fixtures that any test may ask for."""

pytest_plugins = ["tests.services.postgres", "tests.services.nats"]
