"""Fixtures that any test may ask for."""

from hypothesis import settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

pytest_plugins = ["tests.services.postgres", "tests.services.nats", "tests.github.checking"]
