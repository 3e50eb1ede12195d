"""Profile and configuration rows keep their past (MEM-24, MEM-25): triggers write the old row, whoever changes it and however.

Tracked with `@keep_history`; the change itself runs inside `because(...)`, so that the history says who, when, from where and why.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def keep_history(*, exclude: list[str] | None = None, row_by_row: bool = False) -> Callable[[M], M]:
    """Write the row as it was before each UPDATE that changes it and before each DELETE, statement by statement.

    row_by_row: for few rows whose excluded columns are counters that change all the time: an update of these alone calls no trigger,
    since Postgres looks at the columns before.
    """
    update = pghistory.UpdateEvent(row=pghistory.Old, level=pgtrigger.Row if row_by_row else None)
    decorate: Callable[[M], M] = pghistory.track(update, pghistory.DeleteEvent(), exclude=exclude)
    return decorate


def because(*, actor: str, at: datetime, reason: str = "", channel: str = "") -> AbstractContextManager[object]:
    """Name who changes rows inside the block ("staff:12", "client:7"), when by the door's clock, and why."""
    return pghistory.context(actor=actor, at=at.isoformat(), reason=reason, channel=channel)
