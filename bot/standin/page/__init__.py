"""A page to look at: what people would see on GitHub, rendered on the server, without scripts."""
