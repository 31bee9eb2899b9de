"""At Daytona, by its own SDK."""
