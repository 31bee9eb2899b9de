"""All that an operator can set, in one frozen model. `.env.example` says the same, and a test compares them.

Read from the environment only: a `.env` in the working directory may be part of somebody's hostile checkout.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from workflows.errors import OperatorProblem

_SECRET_NAMES = ("_API_KEY", "_TOKEN", "_SECRET", "_SECRET_ACCESS_KEY", "_PASSWORD", "_PRIVATE_KEY")


def _also(name: str, *others: str) -> AliasChoices:
    return AliasChoices(f"REDFIRST_{name}", *others)


def _home() -> Path:
    """Never the working directory: that may be a checkout which is not ours to litter."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "redfirst"


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="REDFIRST_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    # where things are kept
    data_dir: Path = Field(
        default_factory=_home, description="Where everything is kept that is kept in files."
    )
    blobs: Path | None = Field(
        None, description="Where patches and proofs are kept; many machines share it. Empty: data directory."
    )
    database_url: str = Field(
        "", description="postgresql://… for many machines; empty means SQLite in the data directory."
    )
    nats_url: str = Field(
        "",
        validation_alias=_also("NATS_URL", "NATS_URL"),
        description="nats://… for many machines; empty means a private nats-server child of `serve`.",
    )

    # the web server
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    webhook_secret: SecretStr = Field(SecretStr(""), description="The webhook's secret, as set on GitHub.")
    webhook_secret_previous: SecretStr = Field(
        SecretStr(""), description="The secret before, accepted as well while you rotate."
    )

    # GitHub
    github_api_url: str = Field(
        "https://api.github.com",
        validation_alias=_also("GITHUB_API_URL", "GITHUB_API_URL"),
        description="The API's root; https://HOST/api/v3 for GitHub Enterprise Server.",
    )
    github_token: SecretStr = Field(
        SecretStr(""),
        validation_alias=_also("GITHUB_TOKEN", "GITHUB_TOKEN"),
        description="A token, where there is no App.",
    )
    github_app_id: str = Field("", description="The App's id.")
    github_private_key: SecretStr = Field(SecretStr(""), description="The App's private key, as PEM text.")
    ca_bundle: str = Field("", description="A file with the CAs to trust, behind an inspecting proxy.")
    bot_id: int = Field(0, description="The bot's own numeric user id, to know itself by.")
    label: str = Field("agent:fix", description="The label that starts a fix.")

    # the model
    model: str = Field("", description="As litellm names it: anthropic/…, openai/…, ollama/….")
    model_plan: str = Field("", description="Another model for the planner.")
    model_author: str = Field("", description="Another model for the test author.")
    model_fix: str = Field("", description="Another model for the fixer.")
    model_fallback: str = Field("", description="Another model for when the first does not answer.")
    model_api_base: str = Field("", description="Where to call it, when not at the provider's own address.")
    model_api_key: SecretStr = Field(
        SecretStr(""),
        description="Its key; empty means the provider's own variable, such as ANTHROPIC_API_KEY.",
    )
    model_timeout: float = Field(180.0, gt=0, description="Seconds that one answer may take.")

    # sandboxes
    sandbox: Literal["auto", "docker", "process"] = Field(
        "auto", description="auto takes Docker where an engine answers, else bubblewrap."
    )
    sandbox_image: str = Field("redfirst-sandbox:local", description="The image that tests run in.")
    docker_host: str = Field(
        "",
        validation_alias=_also("DOCKER_HOST", "DOCKER_HOST"),
        description="Another engine than the local one.",
    )
    sandbox_python: Path | None = Field(
        None, description="A virtual environment for bubblewrap to run tests in; empty has pytest alone."
    )
    allow_process_sandbox: bool = Field(
        default=False, description="Let `serve` run strangers' code under bubblewrap where no engine is."
    )

    # work
    workers: int = Field(2, ge=0, description="Runs that `serve` advances at once; 0 leaves it to `work`.")
    tenant_runs: int = Field(2, ge=1, description="Runs of one repository that go on at once; others wait.")
    lease_seconds: float = Field(30.0, gt=0, description="How long a silent worker keeps its run.")
    sweep_seconds: float = Field(30.0, gt=0, description="How often lost messages are looked for.")

    # telemetry
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is worth a line in the log: debug, info, warning or error."
    )
    log_format: Literal["auto", "text", "json"] = Field("auto", description="auto: text on a terminal.")
    otlp_endpoint: str = Field(
        "",
        validation_alias=_also("OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="Where traces go, by OTLP over HTTP; empty keeps them at home.",
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not url.startswith(("postgresql://", "postgres://", "sqlite:///")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return url

    @cached_property
    def store_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'redfirst.db').absolute()}"

    @property
    def blobs_dir(self) -> Path:
        return self.blobs or self.data_dir / "blobs"

    def webhook_secrets(self) -> list[bytes]:
        secrets = (self.webhook_secret.get_secret_value(), self.webhook_secret_previous.get_secret_value())
        if not any(secrets):
            raise OperatorProblem("no webhook secret: set REDFIRST_WEBHOOK_SECRET to what is set on GitHub")
        return [secret.encode() for secret in secrets if secret]

    def secrets(self) -> list[str]:
        """All that must never be seen in a text: ours, and what the providers of models call theirs."""
        fields = (getattr(self, name) for name in type(self).model_fields)
        ours = [field.get_secret_value() for field in fields if isinstance(field, SecretStr)]
        return ours + [value for name, value in os.environ.items() if name.endswith(_SECRET_NAMES)]

    def model_for(self, route: str) -> str:
        chosen = {"plan": self.model_plan, "author": self.model_author, "fix": self.model_fix}.get(route)
        model = chosen or self.model
        if not model:
            raise OperatorProblem(
                "no model is set: set REDFIRST_MODEL, such as anthropic/claude-sonnet-4-5, and its key"
            )
        return model

    def models_for(self, route: str) -> tuple[str, ...]:
        """The model of a route, and the one that stands in for it where there is one."""
        first = self.model_for(route)
        return (first, self.model_fallback) if self.model_fallback not in {"", first} else (first,)

    def model_access(self, model: str) -> tuple[str, str]:
        """Address and key to call it with; empty is its provider's own. A fallback of another provider is not
        given a key that is none of its business."""
        if model == self.model_fallback and _provider(model) != _provider(self.model_for("plan")):
            return "", ""
        return self.model_api_base, self.model_api_key.get_secret_value()


def _provider(model: str) -> str:
    return model.partition("/")[0]


def load(**overrides: object) -> Settings:
    """The settings, or one sentence for each that is wrong."""
    from pydantic import ValidationError

    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False)
        )
        raise OperatorProblem(f"the settings are wrong: {wrong}") from error
