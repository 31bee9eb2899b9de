from loglines import parse_line

NOT_MODIFIED = '192.0.2.1 - - [11/Oct/2000:08:00:01 +0000] "GET /style.css HTTP/1.1" 304 -\n'


def test_a_response_without_body_has_no_bytes():
    entry = parse_line(NOT_MODIFIED, default_size=0)
    assert entry.size == 0
