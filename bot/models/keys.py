"""Whether the key that a model's provider wants is there, known before anything is begun."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

from bot.settings import Settings
from workflows.errors import OperatorProblem

ROUTES = ("plan", "author", "witness", "fix")

# Providers whose key is one variable. Others, local and cloud ones, are left to litellm to judge.
_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "anthropic": "ANTHROPIC_API_KEY",
        "openai": "OPENAI_API_KEY",
        "gemini": "GEMINI_API_KEY",
        "mistral": "MISTRAL_API_KEY",
        "groq": "GROQ_API_KEY",
        "deepseek": "DEEPSEEK_API_KEY",
        "openrouter": "OPENROUTER_API_KEY",
        "xai": "XAI_API_KEY",
    }
)


def need_models(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The models of each route, the first and what stands in for it; OperatorProblem when one is not set or
    its key is missing."""
    models = {route: settings.models_for(route) for route in ROUTES}
    for model in {model: None for chain in models.values() for model in chain}:
        variable = _VARIABLES.get(model.partition("/")[0])
        _, key = settings.model_access(model)
        if variable and not (key or os.environ.get(variable)):
            either = "" if model == settings.model_fallback else " or REDFIRST_MODEL_API_KEY"
            raise OperatorProblem(f"{model} needs a key: set {variable}{either}")
    return models
