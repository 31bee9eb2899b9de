"""At E2B, by its own SDK."""
