"""The common log format, and the combined one that adds referrer and agent."""

import re
from datetime import datetime

from loglines.entry import Entry

_LINE = re.compile(
    r'(?P<host>\S+) \S+ (?P<user>\S+) \[(?P<time>[^\]]+)\] '
    r'"(?P<method>[A-Z]+) (?P<path>\S+)(?: HTTP/[\d.]+)?" '
    r'(?P<status>\d{3}) (?P<size>\d+|-)'
    r'(?: "(?P<referrer>[^"]*)" "(?P<agent>[^"]*)")?\s*'
)
_TIME = "%d/%b/%Y:%H:%M:%S %z"


class BadLine(ValueError):
    """A line is not of a format that we know."""

    def __init__(self, number, line):
        super().__init__("line %d is no log line: %s" % (number, line.strip()[:80]))
        self.number = number


def parse(lines, strict=False):
    """Entries, one by one. Lines of another format are passed over, or refused where `strict`."""
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        entry = parse_line(line)
        if entry is not None:
            yield entry
        elif strict:
            raise BadLine(number, line)


def parse_line(line):
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    return Entry(
        host=found["host"],
        user="" if found["user"] == "-" else found["user"],
        time=datetime.strptime(found["time"], _TIME),
        method=found["method"],
        path=found["path"],
        status=int(found["status"]),
        size=int(found["size"]),
        agent=found["agent"] or "",
    )
