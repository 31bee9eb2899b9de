"""What is tested here costs money at a provider's: `make hosted` runs it, for each whose key is set."""

from tests.live.hosted.accounts import HOSTED

collect_ignore_glob = [] if HOSTED else ["test_*.py"]
