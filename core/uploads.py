"""Error reports of jobs that read an uploaded file."""

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, BinaryIO, TextIO, cast

from django.core.files import File

from core.models import Job

OpenReport = Callable[[], AbstractContextManager[TextIO]]


def opener(job: Job) -> Callable[[], BinaryIO]:
    """Opens the job's upload anew, at its start."""
    return lambda: cast(BinaryIO, job.upload.storage.open(str(job.upload.name), "rb"))


@contextmanager
def report_of(job: Job) -> Iterator[OpenReport]:
    """Where refused lines are written; what has been written becomes the job's error file when the block ends well."""
    with tempfile.TemporaryFile() as kept:
        yield lambda: _as_text(kept)
        if kept.tell():
            kept.seek(0)
            job.error_file.save(f"errors-{job.pk}.csv", File(kept), save=False)
            Job.objects.filter(pk=job.pk).update(error_file=job.error_file.name)


@contextmanager
def _as_text(binary: Any) -> Iterator[TextIO]:
    """CSV text with the mark by which spreadsheets know UTF-8, into a file that stays open."""
    text = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()
