"""What no fix in Python does, where the names that it uses do not say so by themselves."""
