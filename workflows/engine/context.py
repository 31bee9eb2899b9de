"""What a step is given besides its input."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from workflows.engine.entries import Recorded
from workflows.engine.past import Past
from workflows.errors import ContractBroken

P = TypeVar("P")
T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Context(Generic[P]):
    ports: P
    run: str
    path: str
    attempt: int
    journal: Past

    async def record(self, name: str, gives: type[T], make: Callable[[], Awaitable[T]]) -> T:
        """Does something once in the life of the run, whoever is killed in between, and remembers it."""
        found = self.journal.recorded(self.path, name)
        if found is not None:
            return fit(gives, found.value, self.path, f"record {name}")
        value = await make()
        await self.journal.append(Recorded(path=self.path, name=name, value=value.model_dump(mode="json")))
        return value

    def was_recorded(self, name: str) -> bool:
        return self.journal.recorded(self.path, name) is not None


def fit(model: type[T], value: object, path: str, side: str) -> T:
    """The value as the model, or the step and field that are wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        where = ".".join(map(str, wrong["loc"])) or model.__name__
        raise ContractBroken(path, side, f"{where}: {wrong['msg']}") from error
