import io

from loglines import parse

LOG = """\
h - - [01/Jan/2001:00:00:00 +0000] "HEAD / HTTP/1.1" 204 - "-" "probe"
h - - [01/Jan/2001:00:00:01 +0000] "GET / HTTP/1.1" 200 5 "-" "probe"
"""


def test_a_hyphen_is_nought_bytes():
    assert [entry.size for entry in parse(io.StringIO(LOG))] == [0, 5]
