from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    host: str
    user: str
    time: datetime
    method: str
    path: str
    status: int
    size: int
    agent: str = ""

    @property
    def is_error(self):
        return self.status >= 400
