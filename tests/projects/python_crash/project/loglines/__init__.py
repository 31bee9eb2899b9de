from loglines.entry import Entry
from loglines.parser import BadLine, parse, parse_line

__all__ = ["BadLine", "Entry", "parse", "parse_line"]
