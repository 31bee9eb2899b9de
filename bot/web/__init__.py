"""The web server: the webhook's door, and health."""
