"""Numbers as people write them."""

from readable.counts import grouped, ordinal
from readable.durations import duration
from readable.sizes import filesize, parse_size

__all__ = ["duration", "filesize", "grouped", "ordinal", "parse_size"]
