from datetime import datetime, timezone

import pytest

from loglines import BadLine, parse, parse_line

COMMON = '127.0.0.1 - frank [10/Oct/2000:13:55:36 +0000] "GET /pic.gif HTTP/1.0" 200 2326\n'
COMBINED = (
    '10.0.0.7 - - [10/Oct/2000:13:55:40 +0000] "POST /form?a=1 HTTP/1.1" 404 12 "-" "curl/8.0"\n'
)


def test_common():
    entry = parse_line(COMMON)
    assert (entry.host, entry.user, entry.method, entry.path) == ("127.0.0.1", "frank", "GET", "/pic.gif")
    assert (entry.status, entry.size) == (200, 2326)
    assert entry.time == datetime(2000, 10, 10, 13, 55, 36, tzinfo=timezone.utc)


def test_combined():
    entry = parse_line(COMBINED)
    assert entry.user == ""
    assert entry.agent == "curl/8.0"
    assert entry.is_error


def test_other_lines_are_passed_over():
    assert [entry.status for entry in parse([COMMON, "# made by hand\n", "\n", "nonsense\n", COMBINED])] == [200, 404]


def test_strict():
    with pytest.raises(BadLine, match="line 2 is no log line: nonsense") as caught:
        list(parse([COMMON, "nonsense\n"], strict=True))
    assert caught.value.number == 2
