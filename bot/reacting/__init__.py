"""What is done about each decision, a file a kind of it."""
