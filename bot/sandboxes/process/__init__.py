"""Sandboxes that are processes of this machine, in the namespaces that bubblewrap makes."""
