"""What claims cost: in turns with pgbench's TPC-B-like run on the same server; and a campaign's coupons at once.

Claims are spread over fifty templates and many members (TPC-B of scale 50), or all want coupons of one template, whose row is then as hot
as the one branch of TPC-B at scale 1. Each has its own limit, stock and budget to look at.
"""

import random
import uuid
from datetime import datetime
from functools import partial

from django.db import connection

from coupons.enums import CouponKind, CouponSource, Validity
from coupons.models import CouponTemplate
from coupons.services import claims, issuing, templates
from stores import selectors as stores_selectors
from stores.models import Membership
from tests.bench.figures import Figure, Report, Target, seconds
from tests.bench.points import Pgbench, add_rates, in_processes, in_turns
from tests.bench.world import World

ACTOR = "bench"
CLIENTS = 8
TEMPLATES = 50
MEMBERS = 50_000  # who claim, where there are so many
CLAIM = """
\\set place random(1, :members)
BEGIN;
SELECT id FROM stores_membership WHERE id = (SELECT id FROM bench_claimant WHERE place = :place) FOR NO KEY UPDATE;
SELECT verdict FROM coupons_issue({template}, ARRAY[(SELECT id FROM bench_claimant WHERE place = :place)], 1, 'claim', '',
    gen_random_uuid()::text, '', 'bench', now());
END;
"""


def measure(world: World, report: Report, database_url: str, *, rounds: int, seconds_each: float, at_once: int) -> None:
    """at_once: coupons of one campaign."""
    platform = stores_selectors.platform_programme()
    ids = [_template(platform.pk, f"bench{number}", world.now).pk for number in range(TEMPLATES)]
    memberships = list(Membership.objects.filter(programme=platform).order_by("id").values_list("id", flat=True)[:MEMBERS])
    _measure_campaign(ids[0], memberships[:at_once], report, world.now)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_claimant AS SELECT row_number() OVER () AS place, id FROM unnest(%s::bigint[]) AS id", [memberships]
        )
        cursor.execute("ALTER TABLE bench_claimant ADD PRIMARY KEY (place)")
        cursor.execute("VACUUM (ANALYZE) coupons_coupon, coupons_couponstep, coupons_coupontemplate, bench_claimant")
    bench, group = Pgbench(database_url, seconds_each), "Coupons, one claim at a time"
    variables = {"members": len(memberships)}
    spread = CLAIM.format(template=f"(SELECT {ids[0]} + (random() * {TEMPLATES - 1})::int)")
    bench.initialise(50 if rounds > 1 else 5)
    floors, inside, whole = in_turns(
        rounds,
        partial(bench.tpc_b, CLIENTS),
        partial(bench.scripts, CLIENTS, {spread: 1}, variables),
        partial(in_processes, CLIENTS, bench.seconds, _claim, [*ids, *memberships]),
    )
    add_rates(report, group, f"inside the database, {CLIENTS} at once", inside, floors, Target(least=0.5), unit="claims/s")
    add_rates(report, group, f"the whole service, {CLIENTS} at once", whole, floors, Target(least=0.1), unit="claims/s")
    bench.initialise(1)
    floors, hot = in_turns(
        rounds, partial(bench.tpc_b, CLIENTS), partial(bench.scripts, CLIENTS, {CLAIM.format(template=ids[0]): 1}, variables)
    )
    add_rates(report, group, f"one hot template, {CLIENTS} at once", hot, floors, Target(least=0.5), unit="claims/s")


def _template(programme_id: int, code: str, now: datetime) -> CouponTemplate:
    return templates.save_template(
        programme_id=programme_id,
        code=code,
        name=code,
        kind=CouponKind.AMOUNT,
        face_minor=3000,
        validity=Validity.HOURS,
        valid_amount=24,
        stock=2**31 - 1,
        budget_minor=10**12,
        per_member=10_000,
        is_claimable=True,
        actor=ACTOR,
        at=now,
    )


def _claim(ids: list[int], chance: random.Random) -> None:
    template_id, membership_id = ids[chance.randrange(TEMPLATES)], ids[chance.randrange(TEMPLATES, len(ids))]
    at = _NOW
    claims.claim(template_id=template_id, membership_id=membership_id, effect_key=uuid.uuid4().hex, actor=ACTOR, at=at)


_NOW = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def _measure_campaign(template_id: int, memberships: list[int], report: Report, now: datetime) -> None:
    spent = seconds(
        lambda: issuing.issue_coupons(
            template_id=template_id,
            membership_ids=memberships,
            source=CouponSource.CAMPAIGN,
            source_id="bench",
            effect_key="bench",
            actor=ACTOR,
            at=now,
        )
    )
    report.add(Figure("Coupons, many at once", f"a campaign's {len(memberships):,} in one call", len(memberships) / spent, "coupons/s"))
