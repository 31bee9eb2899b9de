"""Models: litellm for real ones, and a scripted one that speaks the same HTTP."""
