"""What an event means: one reaction, one file. Pure: an event in, a decision out."""
