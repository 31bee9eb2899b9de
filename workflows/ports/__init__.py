"""What the inside needs of the outside: one small port a file."""
