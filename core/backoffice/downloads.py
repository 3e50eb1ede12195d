"""Files that a page hands out."""

import io
from collections.abc import Callable
from typing import TextIO

from django.http import HttpResponse


def csv_file(name: str, write: Callable[[TextIO], object]) -> HttpResponse:
    """What `write` writes, as a file of this name that spreadsheets open as it is."""
    text = io.StringIO("\ufeff")
    text.seek(0, io.SEEK_END)
    write(text)
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
