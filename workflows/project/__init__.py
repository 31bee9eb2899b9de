"""What a repository is made of: how it is set up and tested, and who said so. Read, never run."""
