"""`.env.example` says what bot/settings.py says, and compose.yaml asks for nothing that it does not name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from bot.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = "# ---- compose.yaml alone"


@dataclass(frozen=True)
class Entry:
    default: str
    says: str


def described() -> dict[str, Entry]:
    return {_name(name, info): _entry(info) for name, info in Settings.model_fields.items()}


def _name(name: str, info: FieldInfo) -> str:
    alias = info.validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else f"REDFIRST_{name.upper()}"


def _entry(info: FieldInfo) -> Entry:
    return Entry(
        _text(info.get_default(call_default_factory=True, validated_data={})), info.description or ""
    )


def _text(default: Any) -> str:
    match default:
        case None:
            return ""
        case bool():
            return str(default).lower()
        case float():
            return f"{default:g}"
        case SecretStr():
            return default.get_secret_value()
        case Path():
            return f"~/{default.relative_to(Path.home())}"
        case _:
            return str(default)


def _written(text: str) -> dict[str, Entry]:
    """A comment, and under it the setting, itself in a comment so that a copy sets nothing."""
    found: dict[str, Entry] = {}
    says: list[str] = []
    for line in text.splitlines():
        if setting := re.fullmatch(r"#([A-Z0-9_]+)=(.*)", line):
            assert setting[1] not in found
            found[setting[1]] = Entry(setting[2], " ".join(says))
        elif comment := re.fullmatch(r"# (.*)", line):
            says.append(comment[1])
            continue
        else:
            assert not line, line
        says = []
    return found


@pytest.fixture
def halves(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    settings, mark, compose = (ROOT / ".env.example").read_text().partition(COMPOSE)
    assert mark
    return settings, compose


def test_every_setting_is_in_the_example_and_nothing_else(halves: tuple[str, str]) -> None:
    assert _written(halves[0]) == described()


def test_every_setting_says_what_it_is_for() -> None:
    assert not [name for name, entry in described().items() if not entry.says]


def test_a_copy_of_the_example_sets_nothing(halves: tuple[str, str]) -> None:
    assert not [line for half in halves for line in half.splitlines() if line and not line.startswith("#")]


def test_what_compose_asks_for_is_in_the_example(halves: tuple[str, str]) -> None:
    text = (ROOT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+)", re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)))
    assert asked == set(_written(halves[1]))


def test_compose_sets_settings_that_exist() -> None:
    services = _compose()["services"]
    for name in ("server", "worker"):
        ours = {key for key in services[name]["environment"] if key.startswith("REDFIRST_")}
        assert ours <= set(described())


def test_only_the_worker_has_the_engine() -> None:
    services = _compose()["services"]
    assert [name for name, service in services.items() if "docker.sock" in str(service)] == ["worker"]
    assert "postgres" in services["server"]["depends_on"]
    assert services["server"]["environment"]["REDFIRST_WORKERS"] == "0"


def test_server_and_worker_share_their_blobs() -> None:
    services = _compose()["services"]
    shared = "blobs:/var/lib/redfirst/blobs"
    assert all(shared in services[name]["volumes"] for name in ("server", "worker"))


def _compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())
