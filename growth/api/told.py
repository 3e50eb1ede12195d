"""Growth as the API tells it: JSON-ready values of what selectors answer."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from growth.models import GrowthEntry, LevelHistory, LevelTerms, Subscription
from growth.rules import benefits as rules
from growth.rules.benefits import Service, Value
from growth.selectors import promises
from growth.selectors.benefits import EffectiveBenefit, Entitlements
from growth.selectors.level_history import Explanation
from growth.selectors.levels import Held, Standing
from growth.selectors.promises import LevelPromises, Promise


def unit_name(said: str) -> str:
    """What a programme calls its growth value (LVL-12)."""
    return said or _("growth value")


def entry(row: GrowthEntry) -> dict[str, Any]:
    """With `rule__rule_set` and `reverses`."""
    return {
        "number": row.account_version,
        "requested": row.requested,
        "applied": row.applied,
        "balance_after": row.balance_after,
        "reason": row.reason,
        "source_type": row.source_type,
        "source_id": row.source_id,
        "rule": {"code": row.rule.code, "version": row.rule.rule_set.number} if row.rule else None,
        "reverses": row.reverses.account_version if row.reverses else None,
        "why": row.details,
        "note": row.note,
        "occurred_at": row.occurred_at,
        "booked_at": row.booked_at,
    }


def level_of(terms: LevelTerms) -> dict[str, Any]:
    return {"code": terms.level.code, "name": terms.name, "rank": terms.rank, "track": terms.level.track}


def held(level: Held) -> dict[str, Any]:
    return {
        "code": level.code,
        "name": level.name,
        "rank": level.rank,
        "track": level.track,
        "since": level.since,
        "until": level.until,
        "protected_until": level.protected_until,
    }


def standing(found: Standing | None, tracks: Mapping[Any, Held], levels: Mapping[int, LevelPromises], programme: str) -> dict[str, Any]:
    """levels: what the present level and the next one promise, by level id."""
    own = next((level for level in tracks.values() if level.track == "free"), None)
    answer: dict[str, Any] = {
        "programme": programme,
        "level": held(own) if own else None,
        "basis": None,
        "unit_name": unit_name(""),
        "value": None,
        "next": None,
        "projected": None,
        "by_hand_until": None,
        "tracks": [held(level) for level in tracks.values()],
    }
    if found is None:
        return answer
    answer |= {
        "basis": found.basis,
        "unit_name": unit_name(found.version.unit_name),
        "value": found.value,
        "by_hand_until": found.override.valid_until if found.override else None,
    }
    if found.next_terms is not None:
        above = levels[found.next_terms.level_id]
        below = levels.get(found.terms.level_id) if found.terms else None
        answer["next"] = {
            "code": above.code,
            "name": above.name,
            "rank": above.rank,
            "threshold": above.threshold,
            "gap": found.gap,
            "gained": [promise(each) for each in promises.gained(below, above)],
        }
    if found.projection is not None:
        answer["projected"] = {
            "on": found.projection.on,
            "level": level_of(found.projection.terms),
            "happening": found.projection.happening,
            "falls_on": found.projection.falls_on,
        }
    return answer


def change(row: LevelHistory, names: Mapping[int, LevelTerms]) -> dict[str, Any]:
    """names: terms by level id, of the levels of all rows told."""
    return {
        "id": row.pk,
        "track": row.track,
        "level_from": level_of(names[row.level_from_id]) if row.level_from_id else None,
        "level_to": level_of(names[row.level_to_id]) if row.level_to_id else None,
        "cause": row.cause,
        "source": row.source,
        "why": row.details,
        "version": row.version.number if row.version else None,
        "occurred_at": row.occurred_at,
    }


def explained(found: Explanation) -> dict[str, Any]:
    """Words, values and rule, of an entry or of a change of level."""
    return {
        "words": str(found.words),
        "values": [{"label": str(label), "value": str(value)} for label, value in found.values],
        "rule": str(found.rule),
    }


def value(of: Value) -> dict[str, Any]:
    """The stored value; a service tier with its place in the queue (BEN-08)."""
    said = rules.as_json(of)
    return {**said, "queue_priority": rules.QUEUE_PRIORITY[of.tier]} if isinstance(of, Service) else said


def promise(each: Promise) -> dict[str, Any]:
    benefit = each.benefit
    return {
        "code": benefit.code,
        "name": benefit.name,
        "kind": benefit.kind,
        "category": rules.category_of(benefit.kind),
        "nature": benefit.nature,
        "value": value(each.value),
        "words": each.words,
        "quota": each.quota,
        "inherited_from": each.inherited_from,
    }


def benefit(each: EffectiveBenefit) -> dict[str, Any]:
    return {
        "code": each.code,
        "name": each.name,
        "kind": each.kind,
        "category": each.category,
        "nature": each.nature,
        "value": value(each.value),
        "words": each.words,
        "quota": each.quota,
        "inherited_from": each.source.inherited_from,
        "used": each.used,
        "left": each.left,
        "resets_on": each.resets_on,
        "channels": list(each.channels),
        "source": vars(each.source),
    }


def service(of: Service) -> dict[str, Any]:
    return {"tier": of.tier, "queue_priority": rules.QUEUE_PRIORITY[of.tier], "adviser_id": of.adviser_id}


def entitlements(found: Entitlements, may_purchase: bool | None, *, newcomer_price: bool = False) -> dict[str, Any]:
    return {
        "data": [benefit(each) for each in found.benefits],
        "flags": {**found.flags, "newcomer_price": newcomer_price},
        "service": service(found.service),
        "identity": vars(found.identity) if found.identity else None,
        "may_purchase": may_purchase,
    }


def level_terms(level: LevelPromises) -> dict[str, Any]:
    return {
        "code": level.code,
        "name": level.name,
        "rank": level.rank,
        "track": level.track,
        "threshold": level.threshold,
        "benefits": [promise(each) for each in level.promises],
    }


def subscription(row: Subscription) -> dict[str, Any]:
    """With `membership__member` and `plan__programme`."""
    return {
        "id": row.pk,
        "one_id": row.membership.member.one_id,
        "plan": row.plan.code,
        "payment_no": row.payment_no,
        "price_minor": row.price_minor,
        "currency": row.plan.programme.currency,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "renews_itself": row.renews_itself,
        "state": row.state,
        "bought_at": row.bought_at,
    }
