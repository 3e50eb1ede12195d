"""Whom a call is about, where points are in use: a programme that does without has no addresses of points (STO-10)."""

from core.api.operations import Call
from core.api.routes import KEY
from core.errors import NotFound
from growth.api import people
from growth.api.people import NOT_THERE, Place

__all__ = ["NOT_THERE", "Place", "PointsView", "named"]


class PointsView(people.MembershipView):
    """What hangs on the points of one membership."""

    tag = "points"
    path_parameters = {
        **people.MembershipView.path_parameters,
        "number": ("Number of the entry in this membership.", KEY),
        "hold_id": ("The hold's id.", KEY),
    }

    def read(self, call: Call, code: str, one_id: str) -> Place:
        return _with_points(super().read(call, code, one_id))

    def change(self, call: Call, code: str, one_id: str) -> Place:
        return _with_points(super().change(call, code, one_id))


def named(call: Call, code: str, who: str | tuple[str, str, str]) -> Place:
    """Whom a body names."""
    return _with_points(people.named(call, code, who))


def _with_points(place: Place) -> Place:
    if not place.programme.points_on:
        raise NotFound()
    return place
