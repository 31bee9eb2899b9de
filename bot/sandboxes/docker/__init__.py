"""Sandboxes that are containers of an engine. Its SDK is loaded when the engine is first asked."""
