"""Coupons that are given by themselves (CPN-03, CPN-05, MKT-13, BEN-06): to newcomers, for bringing a friend, each month to a level.

What cannot be given - out of stock, over budget, member frozen - stands in an EffectSkipped row and is tried again by `replay_effects`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import jobs, locks, sql
from core.enums import Origin
from core.errors import InvalidInput
from core.history import because
from core.models import EffectSkipped, Job
from coupons.enums import CouponSource, PackTrigger
from coupons.models import CouponPack, CouponTemplate, PackItem, PackRun
from coupons.services import issuing, newcomers
from stores import selectors as stores_selectors
from stores import services as stores_services

log = structlog.get_logger(__name__)
ACTOR = "system"
JOB = "coupon_referrals"
PREFIX = "coupon_pack:"
SELF_REFERRAL = "self_referral"
LOCK_CLASS = 7341  # first key of the advisory locks that hold a monthly pack; the second is the pack
AT_ONCE = 1000  # memberships of one transaction


@transaction.atomic
def save_pack(
    *,
    programme_id: int,
    pack_id: int | None = None,
    name: str,
    trigger: str,
    level: str = "",
    day_of_month: int | None = None,
    is_on: bool = True,
    items: Mapping[int, int],
    actor: str,
    at: datetime,
) -> CouponPack:
    """Add a pack, or change one (pack_id); what it is given for stays. items: how many by template id.

    A monthly pack whose day has passed begins next month. Raises InvalidInput.
    """
    stores_services.lock_programme(programme_id)
    known = CouponPack.objects.filter(pk=pack_id, programme_id=programme_id).first() if pack_id is not None else None
    if pack_id is not None and known is None:
        raise InvalidInput(_("There is no such pack."), field="pack")
    pack = known or CouponPack(programme_id=programme_id, trigger=trigger)
    _check(pack, name=name, level=level, day_of_month=day_of_month, items=items)
    is_monthly = pack.trigger == PackTrigger.MONTHLY
    pack.name, pack.is_on = name.strip(), is_on
    pack.level, pack.day_of_month = (level, day_of_month) if is_monthly else ("", None)
    with because(actor=actor, at=at):
        pack.save()
    PackItem.objects.filter(pack=pack).exclude(template_id__in=items).delete()
    PackItem.objects.bulk_create(
        [PackItem(pack=pack, template_id=template_id, quantity=quantity) for template_id, quantity in sorted(items.items())],
        update_conflicts=True,
        unique_fields=["pack", "template"],
        update_fields=["quantity"],
    )
    if is_monthly and is_on and pack.day_of_month is not None:
        today = at.astimezone(ZoneInfo(pack.programme.time_zone)).date()
        if today.day > pack.day_of_month:
            PackRun.objects.get_or_create(pack=pack, period_on=today.replace(day=1), defaults={"started_at": at, "finished_at": at})
    return pack


def _check(pack: CouponPack, *, name: str, level: str, day_of_month: int | None, items: Mapping[int, int]) -> None:
    if not name.strip():
        raise InvalidInput(_("A pack has a name."), field="name")
    if pack.trigger not in PackTrigger.values:
        raise InvalidInput(_("A pack is given for one of the known occasions."), field="trigger")
    if pack.trigger == PackTrigger.MONTHLY and (not level or day_of_month is None or not 1 <= day_of_month <= 28):
        raise InvalidInput(_("A monthly pack names a level and a day from 1 to 28."), field="day_of_month")
    if not items or any(not 1 <= quantity <= 20 for quantity in items.values()):
        raise InvalidInput(_("A pack holds 1 to 20 of one coupon at least."), field="items")
    if CouponTemplate.objects.filter(pk__in=items, programme_id=pack.programme_id).count() != len(items):
        raise InvalidInput(_("A pack holds coupons of its own programme."), field="items")


@transaction.atomic
def give_newcomers(*, membership_ids: Sequence[int], booked_at: datetime, origin: Origin) -> int:
    """Give who has just joined the packs of the programme; answers how many coupons. Once per membership, and nothing for history.

    What an inviter gets for it is a job of its own, since that is another member's (ruling 2).
    """
    if origin != Origin.LIVE:
        return 0
    packs = _packs(trigger__in=[PackTrigger.REGISTERED, PackTrigger.INVITED])
    if not packs:
        return 0
    rows = stores_selectors.memberships_by_id(membership_ids)
    by_programme: dict[int, list[int]] = {}
    for membership_id, row in rows.items():
        by_programme.setdefault(row.programme_id, []).append(membership_id)
    issued = 0
    for pack in packs:
        of_pack = by_programme.get(pack.programme_id, [])
        if of_pack and pack.trigger == PackTrigger.REGISTERED:
            issued += _give(pack, of_pack, source=CouponSource.NEWCOMER, key="", at=booked_at)[0]
            newcomers.remind(programme=pack.programme, joined=[rows[each] for each in of_pack], at=booked_at)
    inviting = {pack.programme_id for pack in packs if pack.trigger == PackTrigger.INVITED}
    brought = sql.rows(
        "coupons/packs/invited",
        membership_ids=[membership_id for programme_id in inviting for membership_id in by_programme.get(programme_id, [])],
    )
    if brought:
        jobs.submit(kind=JOB, parameters={"membership_ids": [row["newcomer_id"] for row in brought]}, created_at=booked_at)
    return issued


def thank_inviters(*, membership_ids: Iterable[int], at: datetime) -> int:
    """Give who brought these newcomers the packs for it, once a newcomer; each inviter in a transaction. Answers how many coupons.

    Somebody who brings himself under another name gets nothing (self_referral). Only the direct inviter counts.
    """
    packs = _packs(trigger=PackTrigger.INVITED)
    issued = 0
    for row in sql.rows("coupons/packs/invited", membership_ids=list(membership_ids)):
        for pack in packs:
            if pack.programme_id == row["programme_id"] and row["inviter_id"] is not None:
                with transaction.atomic():
                    issued += _thank(pack, row, at)
    return issued


def _thank(pack: CouponPack, row: Mapping[str, Any], at: datetime) -> int:
    key = f":invited:{row['newcomer_id']}"
    if row["is_self"]:
        _note(pack, None, {row["inviter_id"]: SELF_REFERRAL}, "", key, CouponSource.REFERRAL, at, settled=True)
        return 0
    source_id = str(row["newcomer_id"])
    return _give(pack, [row["inviter_id"]], source=CouponSource.REFERRAL, source_id=source_id, key=key, at=at)[0]


def run_referrals(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The job that `give_newcomers` writes down. May be killed and started again."""
    membership_ids = job.parameters["membership_ids"]
    progress.phase("giving", total=len(membership_ids))
    issued = thank_inviters(membership_ids=membership_ids, at=job.started_at or job.created_at)
    progress.at(len(membership_ids))
    return {"issued": issued}


def give_monthly(*, now: datetime, at_once: int = AT_ONCE) -> int:
    """Give the monthly packs whose day has come in the programme's zone, once a month (BEN-06); answers how many coupons.

    Runs of different workers share nothing: who holds a pack gives it. Killed, the next run goes on after the last transaction.
    """
    packs = {pack.pk: pack for pack in _packs(trigger=PackTrigger.MONTHLY)}
    due = {pack_id: period for pack_id, pack in packs.items() if (period := _due(pack, now)) is not None}
    if not due:
        return 0
    issued = 0
    with locks.held(LOCK_CLASS, due) as mine:
        for pack_id in sorted(mine):
            run, _created = PackRun.objects.get_or_create(pack_id=pack_id, period_on=due[pack_id], defaults={"started_at": now})
            if run.finished_at is None:
                issued += _run(packs[pack_id], run, now, at_once)
    if issued:
        log.info("monthly_packs_given", coupons=issued)
    return issued


def _due(pack: CouponPack, now: datetime) -> date | None:
    """The month whose pack is to be given by now; None where it has been given, or its day has not come."""
    today = now.astimezone(ZoneInfo(pack.programme.time_zone)).date()
    assert pack.day_of_month is not None
    period = today.replace(day=1)
    if today.day < pack.day_of_month or PackRun.objects.filter(pack=pack, period_on=period, finished_at__isnull=False).exists():
        return None
    return period


def _run(pack: CouponPack, run: PackRun, now: datetime, at_once: int) -> int:
    """Each step: some memberships, their coupons and the position, in one transaction."""
    issued = 0
    while True:
        with transaction.atomic():
            ids = [
                row["id"]
                for row in sql.rows(
                    "coupons/packs/holders", programme_id=pack.programme_id, level=pack.level, after=run.position, limit=at_once, at=now
                )
            ]
            given, refused = (
                _give(
                    pack, ids, source=CouponSource.MONTHLY, source_id=run.period_on.strftime("%Y-%m"), key=f":{run.period_on:%Y-%m}", at=now
                )
                if ids
                else (0, 0)
            )
            run.position = ids[-1] if ids else run.position
            run.finished_at = now if len(ids) < at_once else None
            PackRun.objects.filter(pk=run.pk).update(
                position=run.position, finished_at=run.finished_at, issued=F("issued") + given, refused=F("refused") + refused
            )
        issued += given
        if run.finished_at is not None:
            return issued


def retry(*, now: datetime) -> tuple[int, int, int]:
    """Try again what packs could not give; answers how many were tried, settled, and coupons given."""
    tried = settled = issued = 0
    for skipped in EffectSkipped.objects.filter(effect_key__startswith=PREFIX, settled_at=None).order_by("id"):
        said = skipped.values
        with transaction.atomic():
            found = issuing.issue_coupons(
                template_id=said["template_id"],
                membership_ids=[said["membership_id"]],
                source=CouponSource(said["source"]),
                source_id=said["source_id"],
                effect_key=said["key"],
                actor=ACTOR,
                at=now,
                quantity=said["quantity"],
            )
            if not found.refused:
                EffectSkipped.objects.filter(pk=skipped.pk).update(settled_at=now)
        tried, settled, issued = tried + 1, settled + (not found.refused), issued + found.new
    return tried, settled, issued


def _packs(**filters: Any) -> list[CouponPack]:
    """Packs that are on, of programmes with coupons, with what is in them."""
    rows = CouponPack.objects.filter(is_on=True, programme__coupons_on=True, **filters)
    return list(rows.select_related("programme").prefetch_related("items").order_by("pk"))


def _give(
    pack: CouponPack, membership_ids: Sequence[int], *, source: CouponSource, source_id: str = "", key: str, at: datetime
) -> tuple[int, int]:
    """Give memberships what is in a pack; answers how many coupons, and how many times a membership got none."""
    stores_services.lock_memberships(membership_ids)
    issued = refused = 0
    for item in sorted(pack.items.all(), key=lambda item: item.template_id):
        found = issuing.issue_coupons(
            template_id=item.template_id,
            membership_ids=membership_ids,
            source=source,
            source_id=source_id or str(pack.pk),
            effect_key=_key(pack, item, key),
            actor=ACTOR,
            at=at,
            quantity=item.quantity,
        )
        issued += found.new
        refused += len(found.refused)
        _note(pack, item, found.refused, source_id or str(pack.pk), key, source, at)
    return issued, refused


def _key(pack: CouponPack, item: PackItem, key: str) -> str:
    return f"pack:{pack.pk}:{item.template_id}{key}"


def _note(
    pack: CouponPack,
    item: PackItem | None,
    refused: Mapping[int, str],
    source_id: str,
    key: str,
    source: CouponSource,
    at: datetime,
    *,
    settled: bool = False,
) -> None:
    """Write down who got nothing and why (ruling 4). settled: for good, nothing to try again."""
    if not refused:
        return
    members = stores_selectors.memberships_by_id(refused)
    EffectSkipped.objects.bulk_create(
        [
            EffectSkipped(
                effect_key=f"{PREFIX}{membership_id}:{_key(pack, item, key) if item else f'{pack.pk}{key}'}",
                code=code,
                values={
                    "pack": pack.name,
                    "membership_id": membership_id,
                    "template_id": item.template_id if item else None,
                    "quantity": item.quantity if item else 0,
                    "source": source,
                    "source_id": source_id,
                    "key": _key(pack, item, key) if item else "",
                },
                member_id=members[membership_id].member_id,
                programme_id=pack.programme_id,
                occurred_at=at,
                booked_at=at,
                settled_at=at if settled else None,
            )
            for membership_id, code in sorted(refused.items())
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
