"""The steps that workflows are made of, one a file."""
