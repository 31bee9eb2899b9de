"""A file that is long enough for a diff to leave something out of it."""

LONG = "".join(f"line {number}\n" for number in range(1, 41)).encode()
FIXED = LONG.replace(b"line 20\n", b"line twenty\n")
