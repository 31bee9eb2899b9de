"""What is tested here takes long and wants the machine for itself: `make soak` runs it."""

from tests.live.crashes.soak import SOAK

collect_ignore_glob = [] if SOAK else ["test_*.py"]
