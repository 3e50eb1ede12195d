"""Coupons as the API tells them."""

from collections.abc import Mapping
from typing import Any

from coupons.models import Coupon, CouponTemplate
from coupons.selectors import coupons as selectors
from coupons.selectors.coupons import CouponNow
from coupons.selectors.quotes import Offered
from coupons.selectors.templates import Results
from points.api import told


def _terms(of: Coupon | CouponTemplate, currency: str, stores: Mapping[int, str]) -> dict[str, Any]:
    return {
        "name": of.name,
        "kind": of.kind,
        "face_minor": of.face_minor,
        "pay_rate": str(of.pay_rate) if of.pay_rate is not None else None,
        "cap_minor": of.cap_minor,
        "min_spend_minor": of.min_spend_minor,
        "stores": [stores[store_id] for store_id in of.store_ids if store_id in stores],
        "categories": of.categories,
        "skus": of.skus,
        "stackable": of.stackable,
        "first_order": of.first_order,
        "currency": currency,
    }


def template(row: CouponTemplate, stores: Mapping[int, str]) -> dict[str, Any]:
    """With its programme. stores: codes by id."""
    currency = row.programme.currency
    return {
        **_terms(row, currency, stores),
        "words": {
            "value": selectors.value_of(row, currency),
            "condition": selectors.condition_of(row, currency, stores),
            "validity": selectors.validity_of(row),
        },
        "code": row.code,
        "description": row.description,
        "validity": row.validity,
        "valid_amount": row.valid_amount,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "left": None if row.stock is None else row.stock - row.issued,
        "per_member": row.per_member,
        "claim_until": row.claim_until,
        "min_level": row.min_level,
    }


def coupon(found: CouponNow) -> dict[str, Any]:
    """An order is named while the coupon is reserved or used; a reservation whose time is over names none."""
    row = found.coupon
    is_held = found.state in ("reserved", "used")
    return {
        **_terms(row, found.currency, found.stores),
        "words": {"value": found.value, "condition": found.condition, "validity": found.validity},
        "id": row.pk,
        "code": row.code,
        "programme": row.template.programme.code,
        "template": row.template.code,
        "source": row.source,
        "state": found.state,
        "usable": found.is_usable,
        "problem": found.refusal,
        "reason": found.reason,
        "received_at": row.received_at,
        "valid_from": row.valid_from,
        "valid_until": found.usable_until,
        "order": told.order_ref(row.store.code if row.store else "", row.order_no) if is_held else None,
        "reserved_until": row.reserved_until if is_held else None,
        "used_at": row.used_at,
        "discount_minor": row.discount_minor if is_held else None,
    }


def offered(each: Offered) -> dict[str, Any]:
    row = each.coupon.coupon if each.coupon else None
    return {
        "code": each.code,
        "coupon": row.pk if row else None,
        "name": row.name if row else "",
        "kind": row.kind if row else None,
        "discount_minor": each.taken.discount_minor,
        "problem": each.refusal,
        "words": each.words,
    }


def results(found: Results, template: CouponTemplate) -> dict[str, Any]:
    """template: with its programme."""
    return {
        "template": template.code,
        "name": template.name,
        "currency": template.programme.currency,
        "used_rate": str(found.used_rate),
        **vars(found),
    }
