"""Real git objects behind the stand-in: one bare repository per repository, through the `git` program."""
