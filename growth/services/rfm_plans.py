"""What a scoring of everybody goes by, posted or only looked at: the model, the day, the scheme, the cut points (RFM-01..06)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from core import sql
from core.enums import VersionState
from growth.enums import BandMethod, Mode, MonetaryMode, Track
from growth.models import RfmVersion, SchemeVersion
from growth.rules import rfm
from growth.services import rfm_states
from growth.services.rfm_states import Days

ALL_IDS = (0, 2**62)


@dataclass(frozen=True)
class Bands:
    """The cut points a run goes by: the version's own, or the fifths found."""

    r_cuts: Sequence[int]
    f_cuts: Sequence[int]
    m_cuts: Sequence[int]


@dataclass(frozen=True)
class Counting:
    """The level scheme whose mode and units a run goes by; a programme without one is asked for nothing."""

    version_id: int | None
    mode: Mode


@dataclass(frozen=True)
class Plan:
    """What all chunks of a run have in common."""

    version: RfmVersion
    period_on: date
    days: Days
    scheme: Counting
    run_before: int | None

    @classmethod
    def of(cls, version: RfmVersion, period_on: date, as_of_on: date, scheme: Counting, run_before: int | None) -> "Plan":
        return cls(version, period_on, Days(version.programme.time_zone, version.window_days, as_of_on), scheme, run_before)

    def parameters(self, bands: Bands) -> dict[str, Any]:
        terms = rfm.terms_of(self.version)
        weight_r, weight_f, weight_m = terms.weights
        return {
            "programme_id": self.version.programme_id,
            "version_id": self.version.pk,
            "period_on": self.period_on,
            "as_of_on": self.days.as_of_on,
            "as_of": self.days.until,
            "is_average": terms.m_mode == MonetaryMode.AVERAGE,
            "r_cuts": list(bands.r_cuts),
            "f_cuts": list(bands.f_cuts),
            "m_cuts": list(bands.m_cuts),
            "weight_r": weight_r,
            "weight_f": weight_f,
            "weight_m": weight_m,
            "scheme_version_id": self.scheme.version_id,
            "counts": self.scheme.mode != Mode.BEHAVIOUR,
            "run_before_id": self.run_before,
        }


def counting_of(programme_id: int) -> Counting:
    found = SchemeVersion.objects.filter(scheme__programme_id=programme_id, scheme__track=Track.FREE, state=VersionState.PUBLISHED).first()
    return Counting(found.pk, Mode(found.mode)) if found else Counting(None, Mode.BEHAVIOUR)


def bands_of(version: RfmVersion, plan: Plan, *, is_preview: bool, states_of: int | None = None) -> Bands:
    """The version's own cut points, or the fifths of those who bought; its own too while nobody has. states_of: of another version."""
    if version.method == BandMethod.QUINTILE:
        found = sql.one(
            "growth/rfm/cut_points",
            version_id=states_of or version.pk,
            as_of_on=plan.days.as_of_on,
            as_of=plan.days.until,
            is_average=version.m_mode == MonetaryMode.AVERAGE,
            is_preview=is_preview,
        )
        if found is not None:
            return Bands(**found)
    return Bands(version.r_cuts, version.f_cuts, version.m_cuts)


def open_activity() -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.text("growth/rfm/create_activity"))


def sum_up_activity(plan: Plan) -> None:
    open_activity()
    sql.run(
        "growth/rfm/fill_activity",
        programme_id=plan.version.programme_id,
        from_at=rfm_states.midnight(plan.period_on, plan.days.time_zone),
        as_of=plan.days.until,
    )
    rfm_states.analyze("rfm_activity")
