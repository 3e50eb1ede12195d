"""Files in memory, as an import opens them."""

import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from core.csvio import Opener


def file_of(content: str | bytes, *, encoding: str = "utf-8", packed: bool = False) -> Opener:
    """An opener of these bytes."""
    raw = content.encode(encoding) if isinstance(content, str) else content
    kept = gzip.compress(raw, mtime=0) if packed else raw

    def open_file() -> BinaryIO:
        return io.BytesIO(kept)

    return open_file


def table(heading: Sequence[str], *rows: Sequence[object]) -> str:
    return "\n".join(",".join(str(cell) for cell in row) for row in [heading, *rows]) + "\n"


class Report:
    """An error report that is kept as text."""

    def __init__(self) -> None:
        self.text = ""

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        target = io.StringIO(newline="")
        yield target
        self.text = target.getvalue()
