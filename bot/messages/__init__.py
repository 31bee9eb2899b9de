"""Every text that people read on GitHub. Facts of the harness first; what a model wrote is marked as such."""
