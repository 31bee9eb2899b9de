from loglines import parse_line
from loglines.summary import summary

NOT_MODIFIED = '192.0.2.1 - - [11/Oct/2000:08:00:01 +0000] "GET /style.css HTTP/1.1" 304 -\n'


def test_a_response_without_body_has_no_bytes():
    entry = parse_line(NOT_MODIFIED)
    assert (entry.status, entry.size) == (304, 0)


def test_it_is_counted():
    assert summary([parse_line(NOT_MODIFIED)]) == [("/style.css", 1, 0, 0)]
