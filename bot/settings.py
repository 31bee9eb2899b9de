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

from handlers.house import VerifyAgain
from policies.hosts import host as host_of
from workflows.errors import OperatorProblem
from workflows.project.allowance import Allowance
from workflows.proof.mode import DiagnosticsMode, WitnessMode

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
    model_witness: str = Field("", description="Another model for the witness; empty is the test author's.")
    model_fix: str = Field("", description="Another model for the fixer.")
    model_fallback: str = Field("", description="Another model for when the first does not answer.")
    model_api_base: str = Field("", description="Where to call it, when not at the provider's own address.")
    model_api_key: SecretStr = Field(
        SecretStr(""),
        description="Its key; empty means the provider's own variable, such as ANTHROPIC_API_KEY.",
    )
    model_timeout: float = Field(180.0, gt=0, description="Seconds that one answer may take.")

    # the proof
    witness: WitnessMode = Field(
        WitnessMode.OFF,
        description="A second test of each issue, by another author, that the fixer never sees: off, "
        "advisory or required. Where this is set, a repository may ask for more and never for less.",
    )
    diagnostics: DiagnosticsMode = Field(
        DiagnosticsMode.REQUIRED,
        description="Whether a fix may add to what the project's own linters and type checkers say: off, "
        "advisory or required. Where this is set, a repository may ask for more and never for less.",
    )
    verify_again: VerifyAgain = Field(
        VerifyAgain.ALWAYS,
        description="When pull requests are proved again: always, at pushes to them or to their base; "
        "pushes, at those to them alone; off. It costs sandboxes, and no model.",
    )
    proof_key: SecretStr = Field(
        SecretStr(""), description="An Ed25519 private key, as PEM text, to sign proofs with."
    )

    # sandboxes
    sandbox: Literal["auto", "docker", "process", "e2b", "daytona"] = Field(
        "auto",
        description="auto takes Docker where an engine answers, else process, which is bubblewrap. "
        "Or docker, e2b, daytona.",
    )
    sandbox_image: str = Field("redfirst-sandbox:local", description="The image that tests run in.")
    allowed_images: str = Field(
        "", description="Images that repositories may name instead, wildcards included: ghcr.io/acme/*."
    )
    sandbox_pool: int = Field(
        2, ge=0, description="Containers that `serve` and `work` keep started for what comes next."
    )
    sandbox_runtime: str = Field(
        "", description="The engine's runtime for them, such as runsc; empty is the engine's default."
    )
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
    sandbox_template: str = Field(
        "",
        description="E2B's template, or Daytona's snapshot, that tests run in; empty is the provider's own.",
    )
    sandbox_persistent: bool = Field(
        default=False, description="Let idle sandboxes at E2B or Daytona sleep instead of ending them."
    )
    sandbox_open_setup: bool = Field(
        default=False,
        description="Let set-up at E2B or Daytona talk to anybody, where they cannot hold it to some hosts.",
    )
    e2b_api_key: SecretStr = Field(
        SecretStr(""), validation_alias=_also("E2B_API_KEY", "E2B_API_KEY"), description="E2B's key."
    )
    e2b_domain: str = Field(
        "e2b.app",
        validation_alias=_also("E2B_DOMAIN", "E2B_DOMAIN"),
        description="Where E2B is; another one if you host it.",
    )
    e2b_api_url: str = Field("", description="E2B's API, where it is not at api. of its domain.")
    e2b_sandbox_url: str = Field("", description="E2B's sandboxes, where they are not below its domain.")
    daytona_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=_also("DAYTONA_API_KEY", "DAYTONA_API_KEY"),
        description="Daytona's key.",
    )
    daytona_api_url: str = Field(
        "https://app.daytona.io/api",
        validation_alias=_also("DAYTONA_API_URL", "DAYTONA_API_URL"),
        description="Where Daytona is; another one if you host it.",
    )
    daytona_target: str = Field("", description="Daytona's region; empty is the organisation's own.")

    # the network of set-ups
    egress_hosts: str = Field(
        "",
        description="Hosts beside known registries that repositories may name: a.org, *.b.org, c.org:8443.",
    )
    egress_internal: str = Field(
        "", description="Those of them whose addresses may be of your own network: nexus.corp:8081."
    )
    egress_network: str = Field("bridge", description="The engine's network by which the proxy gets out.")
    egress_image: str = Field(
        "", description="An image with python3 for the proxy; empty is the one that tests run in."
    )
    environments: int = Field(50, ge=1, description="How many environments are kept that set-ups have made.")
    environments_gb: float = Field(20.0, gt=0, description="How much of them, in GB.")
    environments_days: float = Field(14.0, gt=0, description="For how long after they were last used.")

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

    @field_validator("egress_hosts", "egress_internal")
    @classmethod
    def _known_hosts(cls, text: str) -> str:
        wrong = [name for name in _listed(text) if host_of(name) is None]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is neither name, *.name nor name:port")
        return text

    def allowance(self) -> Allowance:
        """What is set is the least for all repositories; what is not set, each decides for itself."""
        said = self.model_fields_set
        return Allowance(
            images=_listed(self.allowed_images),
            hosts=(*_listed(self.egress_hosts), *_listed(self.egress_internal)),
            witness=self.witness if "witness" in said else None,
            diagnostics=self.diagnostics if "diagnostics" in said else None,
        )

    def internal_hosts(self) -> tuple[str, ...]:
        return _listed(self.egress_internal)

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
        chosen = {
            "plan": self.model_plan,
            "author": self.model_author,
            "witness": self.model_witness or self.model_author,
            "fix": self.model_fix,
        }.get(route)
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


def _listed(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


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
