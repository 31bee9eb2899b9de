"""Whether a fix knows the test's own values."""
