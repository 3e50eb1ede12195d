"""What a programme offers as coupons, and what became of those it issued (CPN-07, CPN-16)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Q, QuerySet

from core import sql
from coupons.errors import TemplateNotFound
from coupons.models import CouponTemplate
from coupons.selectors.coupons import grace
from stores import selectors as stores_selectors


def templates(programme_id: int) -> QuerySet[CouponTemplate]:
    """All of a programme, with the programme."""
    return CouponTemplate.objects.filter(programme_id=programme_id).select_related("programme")


def claimable(programme_id: int, at: datetime) -> QuerySet[CouponTemplate]:
    """What members may claim at a moment, were it not gone."""
    begun, not_over = Q(claim_from=None) | Q(claim_from__lte=at), Q(claim_until=None) | Q(claim_until__gt=at)
    is_valid = Q(valid_until=None) | Q(valid_until__gt=at)
    return templates(programme_id).filter(begun, not_over, is_valid, is_on=True, is_claimable=True)


def template(programme_id: int, code: str) -> CouponTemplate:
    """By its code, with the programme. Raises TemplateNotFound."""
    found = templates(programme_id).filter(code=code).first()
    if found is None:
        raise TemplateNotFound()
    return found


def store_codes(rows: Iterable[CouponTemplate]) -> Mapping[int, str]:
    """Codes of the stores that terms name, by id."""
    named = {store_id for row in rows for store_id in row.store_ids}
    return {store_id: contact.code for store_id, contact in stores_selectors.contacts(named).items()} if named else {}


@dataclass(frozen=True)
class Results:
    """What became of the coupons of a template at a moment; issued = used + expired + outstanding. Reserved ones are outstanding.

    discount_minor: what the used ones took off.  members: who have had one that was not revoked.
    """

    issued: int = 0
    used: int = 0
    expired: int = 0
    outstanding: int = 0
    reserved: int = 0
    revoked: int = 0
    discount_minor: int = 0
    members: int = 0

    @property
    def used_rate(self) -> Decimal:
        """Share of the issued ones that were used, four decimals, halves up; 0 of none."""
        share = Decimal(self.used) / self.issued if self.issued else Decimal(0)
        return share.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def results(template_ids: Iterable[int], at: datetime) -> dict[int, Results]:
    """By template, by the clock, in one statement; a template without coupons has Results()."""
    ids = list(template_ids)
    found = {row.pop("template_id"): Results(**row) for row in sql.rows("coupons/cards/results", template_ids=ids, at=at, grace=grace())}
    return {template_id: found.get(template_id, Results()) for template_id in ids}
