"""Ways to cheat the proof, as data: each a test or a fix that must be refused, with a word of the reason."""
