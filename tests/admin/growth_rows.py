"""What a shop can have of levels: a row of every kind that the back office has an address for, and words by which a leak is seen."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from core import jobs
from core.enums import NoticeState, VersionState
from core.models import EffectSkipped, Notice
from growth.enums import BenefitKind, LevelCause, OverrideState, Reason, RunState, Track
from growth.models import (
    Benefit,
    GiftGrant,
    GiftItem,
    Level,
    LevelBenefit,
    LevelHistory,
    LevelMatch,
    LevelOverride,
    LevelReview,
    LevelScheme,
    LevelTerms,
    PaidPlan,
    RfmRun,
    RfmSnapshot,
)
from growth.services import ledger, rfm_models, rule_sets, schemes, simulation
from growth.services.ledger import EntryIn
from stores.models import Membership, Programme
from tests.growth import house


def fill(programme: Programme, member_id: int, tag: str, now: datetime) -> tuple[dict[str, int], list[str]]:
    """Ids by what the addresses call them, and the words of this shop alone."""
    house.counting(programme)
    membership = Membership.objects.get(programme=programme, member_id=member_id)
    levels = {level.code: level for level in Level.objects.filter(programme=programme, track=Track.FREE)}
    for code in levels:
        LevelTerms.objects.filter(level=levels[code]).update(name=f"{code}级{tag}")
    silver = LevelTerms.objects.get(level=levels["L2"])
    benefit = Benefit.objects.create(programme=programme, code="discount", name=f"折扣{tag}", kind=BenefitKind.DISCOUNT)
    LevelBenefit.objects.create(terms=silver, benefit=benefit, value={"rate": "0.9500"})
    gift = GiftItem.objects.create(terms=silver, kind="coupon", payload={"template": f"thirty-{tag.encode().hex()}", "count": 1})
    house.hold(membership, "L2", since=now)
    many_entries(membership, 1, now)
    GiftGrant.objects.create(membership=membership, level=levels["L2"], item=gift, effect_key=f"gift:{tag}", granted_at=now)
    override = LevelOverride.objects.create(
        membership=membership, level=levels["L4"], is_raise=True, steps=2, valid_from=now, valid_until=now + timedelta(days=90),
        reason=f"补偿{tag}", state=OverrideState.PENDING, requested_by="staff:0", requested_at=now,
    )  # fmt: skip
    plan = PaidPlan.objects.create(programme=programme, code="year", name=f"年卡{tag}", price_minor=29900, days=365, level=levels["L3"])
    match = LevelMatch.objects.create(from_level=levels["L3"], to_programme=programme, to_level=levels["L2"], valid_from=now)
    notice = Notice.objects.create(
        programme_id=programme.pk, member_id=member_id, template="level_up", values={"level": f"喜{tag}", "level_to": f"喜{tag}"},
        cause="override:1", dedupe_key=f"t:{tag}", state=NoticeState.QUEUED, created_at=now, due_at=now,
    )  # fmt: skip
    scheme = LevelScheme.objects.get(programme=programme, track=Track.FREE)
    published = scheme.versions.get(state=VersionState.PUBLISHED)
    said: dict[str, Any] = {"programme_id": programme.pk, "actor": f"staff:{0}", "at": now}
    draft = schemes.create_draft(**said)
    review = LevelReview.objects.create(scheme=scheme, version=published, review_on=date(2024, 5, 1), at=now, state=RunState.DONE)
    model = rfm_models.create_draft(**said)
    assert model.based_on is not None
    run = RfmRun.objects.create(
        programme=programme, version_id=model.based_on.pk, period_on=date(2024, 4, 1), as_of=now, state=RunState.DONE
    )
    RfmSnapshot.objects.create(
        run=run, membership=membership, r_days=30, f_count=5, m_minor=900_000, r_score=4, f_score=3, m_score=3, value_milli=3600,
        rfm_class="mid", customer_group="frequent_low", layer="medium", rfm_unit=150, bought=True, requested=90, applied=90,
        activity_growth=75,
    )  # fmt: skip
    skip(membership, f"跳{tag}", at=now)
    rules = rule_sets.create_draft(**said)
    job = jobs.submit(
        kind=simulation.JOB,
        parameters={"subject": "levels", "version_id": draft.pk},
        created_at=now,
        store_id=programme.stores.values_list("pk", flat=True).first(),
    )
    ids = {
        "version_id": draft.pk, "draft_id": draft.pk, "rfm_version_id": model.pk, "rule_set_id": rules.pk, "override_id": override.pk,
        "benefit_id": benefit.pk, "plan_id": plan.pk, "match_id": match.pk, "rfm_run_id": run.pk, "review_id": review.pk,
        "simulation_id": job.pk, "membership_id": membership.pk, "notice_id": notice.pk,
    }  # fmt: skip
    return ids, [f"级{tag}", f"折扣{tag}", f"thirty-{tag.encode().hex()}", f"补偿{tag}", f"年卡{tag}", f"跳{tag}"]


def skip(membership: Membership, order_no: str, *, at: datetime, kind: str = "growth", code: str = "member_frozen", **more: Any) -> None:
    """Something that could not be given."""
    EffectSkipped.objects.create(
        effect_key=f"{kind}:{membership.pk}:order:{order_no}", code=code, values={"order_no": order_no, **more},
        member_id=membership.member_id, programme_id=membership.programme_id, occurred_at=at, booked_at=at,
    )  # fmt: skip


def many_entries(membership: Membership, count: int, until: datetime) -> None:
    """Growth entries of one each, an hour apart, the newest last."""
    ledger.post_entries(
        entries=[
            EntryIn(
                membership_id=membership.pk,
                requested=1,
                reason=Reason.CHECK_IN,
                source_type="event",
                source_id=str(number),
                effect_key=f"check_in:{uuid4()}",
                occurred_at=until - timedelta(hours=count - number),
                actor="system",
            )
            for number in range(count)
        ],
        booked_at=until,
    )


def many_changes(membership: Membership, count: int, until: datetime) -> None:
    """Lines of the level history, an hour apart, the newest last."""
    levels = list(Level.objects.filter(programme_id=membership.programme_id, track=Track.FREE).order_by("code"))
    LevelHistory.objects.bulk_create(
        LevelHistory(
            membership=membership,
            track=Track.FREE,
            level_from=levels[number % 2],
            level_to=levels[1 - number % 2],
            cause=LevelCause.OVERRIDE,
            source="override:1",
            actor=f"staff:{number}",
            occurred_at=until - timedelta(hours=count - number),
            booked_at=until,
        )
        for number in range(count)
    )
