"""Sandboxes that are machines of a provider, and the guest that we send into each."""
