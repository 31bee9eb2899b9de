"""The stand-in GitHub: GitHub's REST shapes, real git objects, signed webhooks and roles, on one local port.

Nothing is imported here on purpose: `redfirst --help` must not pay for a web server.
The way in is `bot.standin.server`.
"""
