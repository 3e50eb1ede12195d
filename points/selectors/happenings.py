"""What moved a member's points, for the timeline (CSL-16)."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, OuterRef

from core import scope as scopes
from core.expressions import IsAny
from core.scope import Scope
from points.models import PointsAccount, PointsEntry
from points.models.ledger import MANY_ENTRIES
from points.selectors import entry_history


def happened(member_id: int, scope: Scope, *, before: datetime, limit: int) -> list[PointsEntry]:
    """In the programmes the caller reaches, the latest first, with all that `entry_history.words` reads.

    Entries are not numbered by when they happened. So of the first MANY_ENTRIES of an account all are looked at, and of those that came
    later only as many as are wanted: points_entry_after_many knows no others. One statement, since the panel may take sixteen.
    """
    older = PointsEntry.objects.filter(account_id=OuterRef("pk"), occurred_at__lt=before).order_by("-occurred_at", "-id").values("pk")
    first = ArraySubquery(older.filter(account_version__lte=MANY_ENTRIES)[:limit])
    later = ArraySubquery(older.filter(account_version__gt=MANY_ENTRIES)[:limit])
    accounts = scopes.narrow(PointsAccount.objects.filter(membership__member_id=member_id), scope)
    latest = accounts.values_list(Func(Func(first, later, function="array_cat"), function="unnest"))
    rows = PointsEntry.objects.filter(IsAny(F("pk"), ArraySubquery(latest)))
    return list(entry_history.readable(rows).order_by("-occurred_at", "-id")[:limit])
