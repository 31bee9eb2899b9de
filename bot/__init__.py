"""The outside world and the composition root."""
