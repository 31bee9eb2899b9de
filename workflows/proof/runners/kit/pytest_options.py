# pyright: basic
"""Options that are right for people, and would keep us from reading each test once. Python 3.8 on."""

from __future__ import annotations

_SETTLED = {
    **dict.fromkeys(("collectonly", "setuponly", "setupplan", "setupshow", "usepdb", "looponfail"), False),
    **dict.fromkeys(("showfixtures", "show_fixtures_per_test", "markers", "stepwise"), False),
    **dict.fromkeys(("fulltrace", "showlocals", "randomly_reorganize"), False),
    # Of workers and children we would see no exception, only what they say of it.
    "numprocesses": 0,
    "dist": "no",
    "distload": False,
    "tx": [],
    "forked": False,
    "maxfail": 0,
    "continue_on_collection_errors": True,
    "reruns": 0,
    "no_cov": True,
    "tbstyle": "auto",
}
_DROPPED = (
    *("--lf", "--last-failed", "--ff", "--failed-first", "--nf", "--new-first", "--cache-clear"),
    *("--sw", "--stepwise", "--sw-skip", "--stepwise-skip", "--sw-reset", "--stepwise-reset"),
)
_DROPPED_WITH_VALUE = ("--lfnf", "--last-failed-no-failures")
_PATIENCE = 4  # times what a project gives a test, on machines of its own


def settle(options, seed):
    for name, value in _SETTLED.items():
        if hasattr(options, name):
            setattr(options, name, value)
    if hasattr(options, "randomly_seed"):
        options.randomly_seed = seed
    if hasattr(options, "hypothesis_seed"):
        options.hypothesis_seed = str(seed)


def be_patient(config):
    """With pytest-timeout."""
    if hasattr(config.option, "timeout"):
        given = config.option.timeout or config.getini("timeout")
        if given:
            config.option.timeout = float(given) * _PATIENCE


def add_dropped(parser):
    """What the cache would have added: a project may have them among its options all the same."""
    group = parser.getgroup("redfirst", "what is not looked at here")
    for name in _DROPPED:
        group.addoption(name, action="store_true", dest="redfirst_dropped", help="is not looked at")
    for name in _DROPPED_WITH_VALUE:
        group.addoption(name, dest="redfirst_dropped_value", help="is not looked at")
