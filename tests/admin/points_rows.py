"""What a shop can have of points: a row of every kind that the back office has an address for, and words by which a leak is seen."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from core.masking import Role
from core.scope import Scope
from points.enums import EntryKind
from points.models import PointsEntry, PointsVersion
from points.rules.lots import LotTerms
from points.selectors import versions as rules_read
from points.services import adjustments, exchange, holds, ledger, redemptions, rewards, versions, virtual_codes
from points.services.ledger import EntryIn
from points.services.rewards import RewardIn
from stores import selectors as stores_selectors
from stores.models import Membership, Programme

GIVEN = 500  # points the member begins with
HOLD_MINUTES = 24 * 60  # longer than any run of the tests: the world of the first test is put back for the last one


def fill(programme: Programme, member_id: int, tag: str, now: datetime) -> tuple[dict[str, int], list[str]]:
    """Ids by what the addresses call them, and the words of this shop alone."""
    at = now - timedelta(minutes=5)
    if not PointsVersion.objects.filter(programme=programme).exists():
        _publish_rules(programme, at - timedelta(days=400))
    draft = versions.create_draft(programme_id=programme.pk, actor="test", at=at)
    membership = Membership.objects.get(programme=programme, member_id=member_id)
    gift = give(membership, GIVEN, at - timedelta(days=30))
    clerk = Scope("staff:0", roles=frozenset({Role.CUSTOMER_SERVICE}))
    waiting = adjustments.adjust_points(membership_id=membership.pk, delta=101, reason=f"补发{tag}", token="t", asker=clerk, at=at)
    reward = rewards.save_reward(
        programme_id=programme.pk, code="mug", kind=virtual_codes.KIND, said=RewardIn(f"马克杯{tag}", 50), actor="test", at=at
    )
    rewards.add_codes(reward_id=reward.pk, codes=["CUP-AAAA-0001", "CUP-BBBB-0002"], actor="test", at=at)
    redeemed = redemptions.redeem_reward(membership_id=membership.pk, reward_code="mug", reference=f"r{tag}", actor="test", at=at)
    hold = holds.hold_points(
        membership_id=membership.pk, points=30, store_id=None, order_no=f"HO-{tag}", effect_key="h", actor="test", at=at
    )
    pair = exchange.save_pair(
        from_programme_id=programme.pk,
        to_programme_id=stores_selectors.platform_programme().pk,
        ratio_from=100,
        ratio_to=80,
        actor="test",
        at=at,
    )
    ids = {
        "points_version_id": draft.pk,
        "adjustment_id": waiting.adjustment.pk,
        "entry_id": gift,
        "reward_id": reward.pk,
        "redemption_id": redeemed.redemption.pk,
        "hold_id": hold.pk,
        "pair_id": pair.pk,
    }
    return ids, [f"补发{tag}", f"马克杯{tag}", f"HO-{tag}"]


def _publish_rules(programme: Programme, at: datetime) -> None:
    draft = versions.create_draft(programme_id=programme.pk, actor="test", at=at)
    terms = replace(rules_read.terms_of(draft.pk), hold_minutes=HOLD_MINUTES)
    versions.change_draft(version_id=draft.pk, terms=terms, actor="test", at=at)
    versions.publish_draft(version_id=draft.pk, actor="test", at=at)


def give(membership: Membership, points: int, at: datetime, ends_at: datetime | None = None) -> int:
    """A gift of points; the entry's id."""
    [posted] = ledger.post_entries(entries=[_gift(membership, points, at, ends_at)], booked_at=at)
    return posted.entry_id


def many_entries(membership: Membership, count: int, until: datetime) -> None:
    """Gifts of a point each, an hour apart, the newest last."""
    gifts = [_gift(membership, 1, until - timedelta(hours=count - number), None) for number in range(count)]
    ledger.post_entries(entries=gifts, booked_at=until)


def _gift(membership: Membership, points: int, at: datetime, ends_at: datetime | None) -> EntryIn:
    return EntryIn(
        membership_id=membership.pk,
        kind=EntryKind.GIFT,
        requested=points,
        source_type="opening",
        source_id="1",
        effect_key=f"gift:{uuid4()}",
        occurred_at=at,
        actor="test",
        rules_id=PointsVersion.objects.filter(programme=membership.programme, state="published").values_list("pk", flat=True).first(),
        lot=LotTerms(earned_at=at, available_from=at, ends_at=ends_at),
    )


def newest(membership: Membership) -> PointsEntry:
    return PointsEntry.objects.filter(account_id=membership.pk).order_by("-account_version")[0]
