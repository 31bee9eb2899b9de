from loglines import parse
from loglines.__main__ import main
from loglines.summary import summary, table
from tests.test_parser import COMBINED, COMMON


def test_summed_up_by_path_without_query():
    rows = summary(parse([COMMON, COMBINED, COMBINED]))
    assert rows == [("/form", 2, 2, 24), ("/pic.gif", 1, 0, 2326)]


def test_table():
    assert table([("/form", 2, 1, 24)]) == "      2     1         24  /form"


def test_main(tmp_path, capsys):
    log = tmp_path / "access.log"
    log.write_text(COMMON)
    main([str(log)])
    assert capsys.readouterr().out.endswith("/pic.gif\n")
