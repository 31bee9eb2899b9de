"""Runs in a sandbox that somebody else hosts, as its root, and makes a command there keep to the contract.

A provider's own way to run a command has no bounds that we could rely on: what the command started goes on,
it may talk to the provider's agent beside it, and its output is not ours to cap. So each command gets
namespaces of its own and ends with them; what it prints comes back in frames that it cannot forge.

These files are sent to the sandbox as they are, as a package of its own: the standard library only, nothing
newer than Python 3.8, and little of it, since it is loaded for each command.
"""
