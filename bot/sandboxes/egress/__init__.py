"""The one way out of a set-up: a proxy that knows whom it may talk to, and a relay to it.

Both run beside the worker, for bubblewrap, or packed into an archive in containers of their own: so they need
the standard library, h11 and `policies.hosts`, and nothing newer than Python 3.9 has.
"""
