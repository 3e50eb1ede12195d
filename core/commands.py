"""What commands have in common: the clock they may be told, days, and refusals in words."""

from argparse import ArgumentParser
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from core import clock
from core.errors import DomainError
from core.words import listed


def add_clock(parser: ArgumentParser) -> None:
    """`--now TIME`, where settings let a caller say what time it is; elsewhere there is no such option."""
    if settings.CLOCK_OVERRIDE:
        parser.add_argument("--now", metavar="TIME", help=_("the door's clock (RFC 3339), in demo and test settings"))


def said_clock(options: Mapping[str, Any]) -> AbstractContextManager[None]:
    """The moment `--now` says holds inside the block. Raises CommandError for what is none."""
    text = options.get("now")
    if not text:
        return nullcontext()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(_("--now is not a time: %(text)s") % {"text": text}) from None
    if moment.tzinfo is None:
        raise CommandError(_("--now needs an offset, as in 2024-05-20T10:00:00+08:00."))
    return clock.at(moment)


def day(text: str) -> date:
    """The type of an option that is a day; its name stands in the complaint of the command line."""
    return date.fromisoformat(text)


def refused(problem: DomainError) -> CommandError:
    """What the rules refuse, in words, with what it was about: `Unknown key. (field: columns.x; allowed: a, b)`."""
    about = "; ".join(f"{name}: {_said(value)}" for name, value in problem.values.items())
    return CommandError(f"{problem.detail} ({about})" if about else str(problem.detail))


def _said(value: object) -> str:
    return listed(value) if isinstance(value, (list, tuple, set, frozenset)) else str(value)


def unreadable(problem: OSError) -> CommandError:
    """A file that cannot be used, in words."""
    path = {"path": problem.filename}
    if isinstance(problem, FileNotFoundError):
        return CommandError(_("There is no file %(path)s.") % path)
    if isinstance(problem, PermissionError):
        return CommandError(_("%(path)s may not be used by the user this runs as.") % path)
    if isinstance(problem, IsADirectoryError):
        return CommandError(_("%(path)s is a folder.") % path)
    return CommandError(str(problem))
