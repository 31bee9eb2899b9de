"""Where things are: every address in an answer is made here."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

PREFIX = "/api/v3"
"""Where a GitHub of one's own has its API; api.github.com has it at the root."""
ENTERPRISE_VERSION = "3.17.1"


@dataclass(frozen=True)
class Urls:
    """`root` carries the pages, git and the API at once; GitHub uses three hosts for that."""

    root: str
    prefix: str = PREFIX

    @property
    def api(self) -> str:
        return f"{self.root}{self.prefix}"

    def user(self, login: str) -> str:
        return f"{self.api}/users/{quote(login, safe='')}"

    def repository(self, full_name: str) -> str:
        return f"{self.api}/repos/{full_name}"

    def page(self, full_name: str) -> str:
        return f"{self.root}/{full_name}"

    def clone(self, full_name: str) -> str:
        return f"{self.root}/{full_name}.git"
