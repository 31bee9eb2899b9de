"""Everything that changes something: the check of who asks, the change, and the webhook it causes.

REST, the pages and the helpers for tests all come through here, so none of them can do what another may not.
"""
