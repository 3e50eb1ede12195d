"""CSV files as people send them: any common encoding, gzip or not, one bad line never spoiling the next, memory flat.

Every row of the file comes out once, either as its cells or as a `Flaw` with its line and the reason. What goes out again (error
reports) has its dangerous cells defused, and comes back in whole when the report is corrected and sent again.
"""

import codecs
import csv
import gzip
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, TextIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import words

RECORD_AT_MOST = 200_000  # characters of one row: beyond it a quote was left open, or somebody is trying us
SNIFFED_BYTES = 4_000_000  # read to tell the encoding
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
DELIMITERS = ",;\t|"
BY_SPREADSHEETS = ("%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d")  # how those in Chinese write 2024-05-31 10:00 when they save
REPORT_COLUMNS = ("line", "field", "reason")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run these (CWE-1236)
_BROKEN = re.compile("[\ud800-\udfff\0]")  # undecodable bytes, and NUL

Opener = Callable[[], BinaryIO]  # opens the file anew, at its start


class Flaw(NamedTuple):
    """Why a line is not taken. field: a column or a name of ours, "" for the line as a whole.  group: an order's number, if known."""

    line: int
    field: str
    reason: str | Promise
    group: str = ""


def flaw(line: int, found: Mapping[str, str | Promise], group: str = "") -> Flaw:
    """All that is wrong with a line as one flaw. found: reasons by field, at least one."""
    if len(found) == 1:
        return Flaw(line, *next(iter(found.items())), group)
    reasons = [f"{name}{words.colon()}{reason}" for name, reason in found.items()]
    return Flaw(line, words.listed(found), words.semicolon().join(reasons), group)


class Row(NamedTuple):
    """line: the file's line the row begins on, the heading being line 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Layout:
    """What a file looks like.  size: bytes as stored, for showing how far reading is."""

    encoding: str
    delimiter: str
    heading: tuple[str, ...]
    size: int


class NotACsvFile(ValueError):
    """Empty, a spreadsheet, a picture: nothing that could be read line by line. The words are for people."""


@contextmanager
def _unpacked(open_file: Opener) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The stored bytes (whose position tells how far reading is) and the bytes in them: the same, unless the file is gzip."""
    stored = open_file()
    try:
        magic = stored.read(2)
        stored.seek(0)
        yield stored, (gzip.GzipFile(fileobj=stored) if magic == b"\x1f\x8b" else stored)  # type: ignore[misc]
    finally:
        stored.close()


def look(open_file: Opener, *, encoding: str = "", delimiter: str = "") -> Layout:
    """Tell encoding and delimiter, unless they are given, and read the heading. Raises NotACsvFile."""
    try:
        with _unpacked(open_file) as (stored, content):
            sample = content.read(SNIFFED_BYTES)
            stored.seek(0, io.SEEK_END)
            size = stored.tell()
    except (OSError, EOFError) as problem:
        raise NotACsvFile(str(problem)) from None
    if sample.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG")):
        raise NotACsvFile(_("This is a spreadsheet or a picture; save it as CSV first."))
    found = encoding or sniff_encoding(sample)
    first = sample.decode(found, errors="replace").split("\n", 1)[0]
    mark = delimiter or max(DELIMITERS, key=first.count)
    with _reading(open_file, found, mark) as (_stored, reader):
        row = next(reader, None)
    if not isinstance(row, Row) or not any(cell.strip() for cell in row.cells):
        raise NotACsvFile(_("The first line must name the columns."))
    return Layout(found, mark, tuple(cell.strip() for cell in row.cells), size)


def sniff_encoding(sample: bytes) -> str:
    """UTF-8 or UTF-16 by its mark; else UTF-8, unless most lines that are not plain ASCII only read as GB18030."""
    for mark, name in BOMS:
        if sample.startswith(mark):
            return name
    head = sample[:4096]
    if head.count(b"\0") >= head.count(b"\n") + head.count(b",") > 0:  # without a mark, each of these still comes with a zero byte
        return "utf-16-le" if head[1::2].count(b"\0") > head[::2].count(b"\0") else "utf-16-be"
    telling = [line for line in sample.split(b"\n")[:-1] or [sample] if not line.isascii()]
    broken = sum(not _reads_as(line, "utf-8") for line in telling)
    chinese = sum(_reads_as(line, "gb18030") for line in telling)
    return "gb18030" if broken * 2 > len(telling) and chinese > len(telling) - broken else "utf-8"


def _reads_as(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def rows(open_file: Opener, layout: Layout, *, at: Callable[[int], None] = lambda position: None) -> Iterator[Row | Flaw]:
    """Every row below the heading, in order. Empty lines are passed over. at: told now and then how many stored bytes are read."""
    width = len(layout.heading)
    with _reading(open_file, layout.encoding, layout.delimiter) as (stored, reader):
        next(reader)
        for count, row in enumerate(reader):
            if count % 5000 == 0:
                at(stored.tell())
            if isinstance(row, Row) and not any(row.cells):
                continue
            if isinstance(row, Row) and len(row.cells) != width:
                if len(row.cells) > width and any(row.cells[width:]):
                    yield Flaw(row.line, "", _("The line has more cells than the heading."))
                    continue
                row = Row(row.line, (row.cells + [""] * width)[:width])
            yield row
        at(layout.size)


@contextmanager
def _reading(open_file: Opener, encoding: str, delimiter: str) -> Iterator[tuple[BinaryIO, Iterator[Row | Flaw]]]:
    with _unpacked(open_file) as (stored, content):
        errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
        text = io.TextIOWrapper(content, encoding=encoding, errors=errors, newline="")
        try:
            yield stored, _records(text, delimiter)
        finally:
            text.detach()


class _TooLong(Exception):
    pass


class _Lines:
    """Physical lines for csv.reader, remembered since the row began, so that an open quote costs one line and not the file."""

    def __init__(self, text: TextIO) -> None:
        self.text = text
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.size = 0
        self.line = 0  # of the row's first line

    def begin(self) -> None:
        self.line += len(self.taken)
        self.taken = []
        self.size = 0

    def give_back(self) -> None:
        """All but the row's first line are read again."""
        self.waiting.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else self.text.readline(RECORD_AT_MOST)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self.size += len(line)
        if self.size >= RECORD_AT_MOST:
            raise _TooLong
        return line

    def skip_rest_of_line(self) -> None:
        while not self.waiting and (rest := self.text.readline(RECORD_AT_MOST)) and not rest.endswith(("\n", "\r")):
            pass


def _records(text: TextIO, delimiter: str) -> Iterator[Row | Flaw]:
    csv.field_size_limit(RECORD_AT_MOST)
    lines = _Lines(text)
    lines.line = 1
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            if len(lines.taken) == 1 and not lines.taken[0].endswith(("\n", "\r")):
                lines.skip_rest_of_line()
            lines.give_back()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield Flaw(lines.line, "", _("The line is too long, or a quotation mark is not closed."))
            continue
        except csv.Error:
            lines.give_back()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield Flaw(lines.line, "", _("The quotation marks of this line do not match."))
            continue
        if not cells:
            continue
        record = lines.taken[0] if len(lines.taken) == 1 else "".join(lines.taken)
        if "\0" in record or (not record.isascii() and _BROKEN.search(record)):
            yield Flaw(lines.line, "", _("The line holds characters that cannot be read."))
            continue
        if "'" in record:
            cells = [armed(cell) for cell in cells]
        yield Row(lines.line, cells)


def defused(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula: a leading `=`, `+`, `-`, `@`, tab or return gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def armed(cell: str) -> str:
    """What `defused` was given."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _DANGEROUS else cell


def write_report(target: TextIO, heading: Iterable[str], lines: Iterable[tuple[Flaw, list[str]]]) -> int:
    """An error report: line, field, reason, then the original columns. Corrected, it can be sent in again. Answers how many lines.

    The report of a file that was a report itself has these three columns once, not twice.
    """
    names = tuple(heading)
    own = len(REPORT_COLUMNS) if names[: len(REPORT_COLUMNS)] == REPORT_COLUMNS else 0
    writer = csv.writer(target)
    writer.writerow([*REPORT_COLUMNS, *(defused(name) for name in names[own:])])
    count = 0
    for flaw, cells in lines:
        said = (defused(_BROKEN.sub("\N{REPLACEMENT CHARACTER}", cell)) for cell in cells[own:])
        writer.writerow([flaw.line, flaw.field, str(flaw.reason), *said])
        count += 1
    return count


def report_lines(open_file: Opener, layout: Layout, flaws: Iterable[Flaw]) -> Iterator[tuple[Flaw, list[str]]]:
    """Flaws, by line, with the cells of their lines: the file is read a second time rather than kept."""
    width = len(layout.heading)
    reading = rows(open_file, layout)
    row: Row | Flaw | None = None
    for flaw in flaws:
        while row is None or row.line < flaw.line:
            row = next(reading, None)
            if row is None:
                return
        cells = row.cells if isinstance(row, Row) and row.line == flaw.line else [""] * width
        yield flaw, cells
