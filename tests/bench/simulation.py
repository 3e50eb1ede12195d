"""What simulating drafts over everybody of the platform costs, beside one grouped scan of the window and a COPY (ruling 23)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from django.db import connection

from core.enums import VersionState
from growth.enums import Basis
from growth.models import RfmVersion, RuleSet
from growth.rules import rfm as rules
from growth.rules.schemes import SchemeTerms
from growth.rules.simulation import Simulation
from growth.selectors import schemes as selectors
from growth.services import rfm_models, rule_sets, schemes, simulation
from stores.models import Programme
from tests.bench import rfm
from tests.bench.figures import Figure, Report, Target, interleaved, percentile, seconds
from tests.bench.world import World

ACTOR = "bench"


def measure(world: World, report: Report, *, rounds: int) -> None:
    """Drafts of levels, of the RFM model with the same and with another window, of behaviour rules; each in turn with the floor."""
    versions = list(RfmVersion.objects.filter(state=VersionState.PUBLISHED).order_by("pk").values_list("pk", flat=True))
    bench = rfm._Bench(world, versions or rfm._prepare(world))
    platform = Programme.objects.get(kind="platform")
    yesterday = world.now.astimezone(rfm.ZONE).date() - timedelta(days=1)
    bench.bring(yesterday)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    works = _works(platform, world, yesterday)
    took = interleaved(
        rounds, {"floor": lambda _round: sum(bench.floor(yesterday)), **{path: _timed(work) for path, (work, _most) in works.items()}}
    )
    floor = percentile(took["floor"], 0.5)
    group = f"Simulation over {world.members:,} members"
    report.add(Figure(group, "grouped scan of the window, and COPY of a row a member (the floor)", floor, "s"))
    names = {
        "levels": "draft of levels by growth value, with the review",
        "spend": "draft of levels by the spend of a year, with the review",
        "same window": "draft of the RFM model, windows unchanged",
        "other window": "draft of the RFM model, windows changed",
        "behaviour": "draft of behaviour rules over thirty days",
    }
    for path, (_work, most) in works.items():
        target = Target(most=most) if most else None
        report.add(Figure(group, names[path], percentile(took[path], 0.5), "s", floor, "scan and COPY", target))


def _timed(work: Callable[[], Simulation]) -> Callable[[int], float]:
    return lambda _round: seconds(work)


def _works(platform: Programme, world: World, yesterday: date) -> dict[str, tuple[Callable[[], Simulation], float | None]]:
    """What is measured, and its target as a multiple of the floor. Drafts are made once; what a round changes is undone by the next."""
    review_at = simulation.review_moment(rules.month_after(yesterday), platform.time_zone)
    now, programme_id = world.now, platform.pk
    levels = schemes.create_draft(programme_id=programme_id, actor=ACTOR, at=now)
    by_growth = selectors.terms_of(levels.pk)
    by_growth = replace(by_growth, levels=tuple(replace(each, threshold=each.threshold * 9 // 10) for each in by_growth.levels))
    spent = tuple(replace(each, threshold=each.threshold * 100) for each in by_growth.levels)
    by_spend = replace(by_growth, levels=spent, basis=Basis.SPEND, window_days=365)
    model = rfm_models.create_draft(programme_id=programme_id, actor=ACTOR, at=now)
    terms = rules.terms_of(model)
    if not RuleSet.objects.filter(programme_id=programme_id).exists():
        rule_sets.create_default(programme_id=programme_id, actor=ACTOR, at=now)
    rule_set = rule_sets.create_draft(programme_id=programme_id, actor=ACTOR, at=now)

    def of_levels(said: SchemeTerms) -> Simulation:
        schemes.change_draft(version_id=levels.pk, terms=said, actor=ACTOR, at=now)
        return simulation.simulate_levels(version_id=levels.pk, at=now, review_at=review_at)

    def of_rfm(window_days: int) -> Simulation:
        rfm_models.change_draft(version_id=model.pk, terms=replace(terms, window_days=window_days), actor=ACTOR, at=now)
        return simulation.simulate_rfm(version_id=model.pk, review_at=review_at, at=now)

    return {
        "levels": (lambda: of_levels(by_growth), 0.6),
        "spend": (lambda: of_levels(by_spend), 1.6),
        "same window": (lambda: of_rfm(terms.window_days), 0.6),
        "other window": (lambda: of_rfm(180), 1.6),
        "behaviour": (
            lambda: simulation.simulate_behaviour(
                rule_set_id=rule_set.pk, period_from=yesterday - timedelta(days=29), period_to=yesterday, review_at=review_at, at=now
            ),
            None,
        ),
    }
