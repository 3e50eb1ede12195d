"""The growth ledger as others read it: balances, entries page by page, and why each one is what it is."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from growth.models import GrowthAccount, GrowthEntry


def balance(membership_id: int) -> int:
    """Growth value of a membership; 0 where nothing was ever posted."""
    return GrowthAccount.objects.filter(pk=membership_id).values_list("balance", flat=True).first() or 0


def balances(membership_ids: Iterable[int]) -> dict[int, int]:
    """The same for many: every id asked for is answered."""
    wanted = list(membership_ids)
    return dict.fromkeys(wanted, 0) | dict(GrowthAccount.objects.filter(pk__in=wanted).values_list("membership_id", "balance"))


def memberships_of_entries(entry_ids: Sequence[int]) -> list[int]:
    """Whose accounts the entries belong to."""
    return list(GrowthEntry.objects.filter(pk__in=entry_ids).order_by("account_id").values_list("account_id", flat=True).distinct())


def entries(membership_id: int, *, before: int | None = None, limit: int = 20, reasons: Sequence[str] = ()) -> list[GrowthEntry]:
    """Entries of a membership, the last posted first, with rule, cycle and what they take back, in one statement.

    before: number (account_version) of the last entry of the page before.  reasons: codes of growth.Reason; empty for all.
    """
    rows: QuerySet[GrowthEntry] = GrowthEntry.objects.filter(account_id=membership_id)
    if before is not None:
        rows = rows.filter(account_version__lt=before)
    if reasons:
        rows = rows.filter(reason__in=reasons)
    related = rows.select_related("rule__rule_set", "rfm_run__version", "reverses", "account__membership__programme")
    return list(related.order_by("-account_version")[:limit])
