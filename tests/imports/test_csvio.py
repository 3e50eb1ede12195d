"""Files as people send them (R16): every row comes out once, one bad line never spoils the next."""

import csv
import io

import pytest

from core import csvio
from core.csvio import Flaw, NotACsvFile, Row
from tests.imports.files import file_of

CHINESE = "姓名,电话\n张三,1\n李四,2\n"


def read(content: str | bytes, **said: object) -> list[tuple[int, list[str] | None]]:
    """(line, cells) of each row; None for a flaw."""
    opener = file_of(content, **said)  # type: ignore[arg-type]
    layout = csvio.look(opener)
    return [(row.line, row.cells if isinstance(row, Row) else None) for row in csvio.rows(opener, layout)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_common_encoding_is_understood(encoding: str, packed: bool) -> None:
    opener = file_of(CHINESE, encoding=encoding, packed=packed)
    assert csvio.look(opener).heading == ("姓名", "电话")
    assert read(CHINESE, encoding=encoding, packed=packed) == [(2, ["张三", "1"]), (3, ["李四", "2"])]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_heading(mark: str) -> None:
    assert read(f"a{mark}b\n1{mark}2\n") == [(2, ["1", "2"])]


def test_emoji_right_to_left_marks_and_full_width_digits_come_through() -> None:
    assert read("a,b\n😀,\u202eabc\n１２,é\n") == [(2, ["😀", "\u202eabc"]), (3, ["１２", "é"])]


def test_a_broken_line_costs_itself_alone() -> None:
    content = b"a,b\n1,2\n\xff\xfe,3\n4,\x005\n5,6\n" + "好,7\n".encode()
    assert read(content) == [(2, ["1", "2"]), (3, None), (4, None), (5, ["5", "6"]), (6, ["好", "7"])]


def test_a_megabyte_in_a_cell_costs_its_line_alone() -> None:
    assert read("a,b\n" + "x" * 1_000_000 + ",1\n2,3\n") == [(2, None), (3, ["2", "3"])]
    assert read('a,b\n"' + "x" * 1_000_000 + '",1\n2,3\n') == [(2, None), (3, ["2", "3"])]


def test_an_open_quotation_mark_costs_its_line_alone() -> None:
    assert read('a,b\n"open,1\n2,3\n4,5\n') == [(2, None), (3, ["2", "3"]), (4, ["4", "5"])]
    many = "".join(f"{number},x\n" for number in range(60_000))  # more than a row may hold
    found = read(f'a,b\n"open,1\n{many}')
    assert found[0] == (2, None)
    assert (len(found), found[-1]) == (60_001, (60_002, ["59999", "x"]))


def test_quoted_newlines_quotes_and_delimiters_are_cells() -> None:
    assert read('a,b\n"x\ny","say ""hi"", you"\n5" pipe,2\n') == [(2, ["x\ny", 'say "hi", you']), (4, ['5" pipe', "2"])]


def test_short_lines_are_filled_and_long_ones_refused() -> None:
    assert read("a,b\n1\n1,2,\n1,2,3\n\n,\n") == [(2, ["1", ""]), (3, ["1", "2"]), (4, None)]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04rest", b"\x1f\x8bbroken", b"%PDF-1.4"])
def test_what_is_no_csv_file_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(NotACsvFile):
        csvio.look(file_of(content))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_report_holds_no_dangerous_cell_and_comes_back_whole(cell: str) -> None:
    target = io.StringIO(newline="")
    assert csvio.write_report(target, ["a"], [(Flaw(2, "a", "because"), [cell])]) == 1
    written = list(csv.reader(io.StringIO(target.getvalue(), newline="")))
    assert written[1] == ["2", "a", "because", f"'{cell}"]
    opener = file_of(target.getvalue().encode())
    [row] = csvio.rows(opener, csvio.look(opener))
    assert isinstance(row, Row)
    assert row.cells == ["2", "a", "because", cell]


def test_an_apostrophe_that_guards_nothing_stays() -> None:
    assert read("a,b\n'tis,'\n") == [(2, ["'tis", "'"])]
