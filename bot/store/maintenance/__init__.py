"""What an operator does to a whole store: check it, back it up, restore it, prune it.

Each is one function that takes its time in the caller's thread, so that Ctrl-C stops it where it is. None of
them needs the bot to be stopped, but for a restore, which wants a store that nobody has written to.
"""
