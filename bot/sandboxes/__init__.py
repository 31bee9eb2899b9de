"""Where untrusted code runs: containers, bubblewrap, and a fake that passes the same contract.

Importing this package is light; each kind loads what it needs when it is first used.
"""
