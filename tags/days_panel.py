"""What the daily summary offers to the member page: the newest days, and what twelve months say (DAT-05, DRV-14)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from core.money import format_minor
from core.permissions import roles_for
from core.registry import Clock, Text
from core.scope import Scope
from stores import selectors as stores_selectors
from tags.models import MemberDay
from tags.rules import derived
from tags.rules.summary import INDICATORS, Indicator
from tags.selectors import summary

DAYS = 10
FIGURES = tuple(
    INDICATORS[code] for code in ("pay_ord", "pay_amount", "pay_qty", "discount", "refund_amount", "cart_add", "ipv", "good_review")
)
VARIABLES = tuple(
    derived.variable(name)
    for name in (
        "tot_pay_amount_12m",
        "avg_pay_amount_12m",
        "hi_pay_amount_12m",
        "cmgt_pay_ord_12m",
        "megt_pay_ord_12m",
        "ccnsc_pay_ord_12m",
    )
)


class DaysPanel:
    """The newest days at all stores the caller reaches, and derived variables of the last twelve closed months, by programme."""

    key: str = "days"
    heading: Text = _("Days and months")
    position: int = 94
    clock: Clock = Clock.PROGRAMME
    template_name: str = "tags/panels/days.html"
    roles: frozenset[str] = roles_for("tags.membertag", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        memberships = stores_selectors.memberships_of(subject_id, scope)
        days = summary.days(subject_id, [each.programme_id for each in memberships], limit=DAYS)
        today = now.astimezone(ZoneInfo(memberships[0].programme.time_zone)).date() if memberships else now.date()
        values = summary.derived_values([each.pk for each in memberships], [each.name for each in VARIABLES], today)
        return {
            "figures": [each.label for each in FIGURES],
            "rows": [
                {
                    "day": day,
                    "cells": [(each.label, _cell(getattr(day, each.column), each, day.membership.programme.currency)) for each in FIGURES],
                }
                for day in days
            ],
            "programmes": [
                {
                    "programme": each.programme,
                    "values": [
                        (variable.words, variable.name, _value(values[each.pk][variable.name], variable, each.programme.currency))
                        for variable in VARIABLES
                    ],
                }
                for each in memberships
                if any(value is not None for value in values[each.pk].values())
            ],
            "latest": _latest(days[0], now) if days else None,
            "next_cursor": None,
        }


def _latest(day: MemberDay, now: datetime) -> dict[str, Any] | None:
    """What all days up to today say of the store with the newest day (DAT-22..33); None before the first deal there."""
    programme = day.membership.programme
    whole = summary.summary(day.membership_id, day.store_id, now.astimezone(ZoneInfo(programme.time_zone)).date())
    return {"store": day.store, "whole": whole, "currency": programme.currency} if whole.first_deal_on else None


def _cell(value: int | None, figure: Indicator, currency: str) -> str:
    if value is None:
        return "–"
    return format_minor(value, currency) if figure.is_money else str(value)


def _value(value: Any, variable: derived.Variable, currency: str) -> str:
    if value is None:
        return "–"
    return format_minor(round(value), currency) if variable.is_money else str(value)
