# pyright: basic
"""Whether pytest is what it was before the tested code was loaded, its hooks included. Python 3.8 on."""

from __future__ import annotations

import sys
import time
import types

from guarding import guard, of_others

_GUARDED = (
    *("pytest", "_pytest.runner", "_pytest.reports", "_pytest.outcomes", "_pytest._code.code"),
    *("_pytest.raises", "_pytest.python_api", "_pytest.python", "_pytest.unittest", "_pytest.skipping"),
    *("_pytest.main", "_pytest.nodes"),
    *("_pytest.assertion.rewrite", "_pytest.assertion.util", "unittest.case"),
)
_HOOKS = (
    *("pytest_runtest_protocol", "pytest_runtest_setup", "pytest_runtest_call", "pytest_runtest_teardown"),
    *(
        "pytest_runtest_makereport",
        "pytest_pyfunc_call",
        "pytest_runtestloop",
        "pytest_collection_modifyitems",
    ),
)
_SELDOM = 0.02  # seconds between two looks, for suites of thousands of tests that take no time
_EXCHANGED = "the tested code exchanged a part of the test tool: %s"
_HOOKED = "the tested code hooked itself into pytest: %s"


class Guard:
    """Made before tests are collected; `collected` and `ran` say what is wrong, or ''."""

    def __init__(self, config, place, tools):
        self._hooks = [getattr(config.hook, name) for name in _HOOKS]
        self._plugins = config.pluginmanager.list_name_plugin
        self._place = place
        files = {place(getattr(plugin, "__file__", None) or "") for _, plugin in self._plugins()}
        # Each release of it has its parts in modules of other names.
        pluggy = [name for name in sys.modules if name.partition(".")[0] == "pluggy"]
        self._changed = guard((*_GUARDED, *pluggy), of_others(place, tools, files - {None}))
        self._known = {id(plugin) for _, plugin in self._plugins()}
        self._clock, self._looked = time.monotonic, 0.0
        self._frozen = self._now()

    def collected(self, items):
        """A project may bring hooks of its own in `conftest.py` and in what `pytest_plugins` names."""
        named = self._named(items)
        for hook in self._hooks:
            for one in hook.get_hookimpls():
                if id(one.plugin) not in self._known and not self._may(one.plugin, one.plugin_name, named):
                    return _HOOKED % one.plugin_name
        self._frozen = self._now()
        return self.ran(last=True)

    def ran(self, *, last=False):
        now = self._clock()
        if not last and now - self._looked < _SELDOM:
            return ""
        self._looked = now
        changed = self._changed()
        if changed:
            return _EXCHANGED % changed
        return _HOOKED % "while tests ran" if self._now() != self._frozen else ""

    def _now(self):
        """Whose hooks, and which functions: tests may take away a plugin, if they put the same one back."""
        return [
            {
                (id(one.plugin), id(getattr(one.function, "__func__", one.function)))
                for one in hook.get_hookimpls()
            }
            for hook in self._hooks
        ]

    def _named(self, items):
        modules = [plugin for _, plugin in self._plugins()] + [
            getattr(item, "module", None) for item in items
        ]
        named = set()
        for module in modules:
            said = getattr(module, "pytest_plugins", None) if isinstance(module, types.ModuleType) else None
            named.update([said] if isinstance(said, str) else said or ())
        return named

    def _may(self, plugin, name, named):
        module = plugin if isinstance(plugin, types.ModuleType) else sys.modules.get(type(plugin).__module__)
        at = self._place(getattr(module, "__file__", None) or "")
        return at is None or name in named or at.rpartition("/")[2] == "conftest.py"
