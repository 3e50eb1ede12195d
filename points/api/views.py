"""What members have of points, why, and until when."""

from zoneinfo import ZoneInfo

from core.api import pages
from core.api.operations import Answer, Call, operation
from core.api.serializers import page_of
from points.api import shapes, told
from points.api.filters import EntryFilters, LotFilters
from points.api.people import NOT_THERE, PointsView
from points.errors import EntryNotFound
from points.models import PointsEntry, PointsLot
from points.selectors import as_of, entry_history, forecast, ledger, member_page, prices

READ = "points:read"


class BalanceView(PointsView):
    @operation("get_points", summary="Read points", scope=READ, answers={200: shapes.PointsOut}, refusals=NOT_THERE)
    def retrieve(self, call: Call, code: str, one_id: str) -> Answer:
        """What a member has in a programme at this second: what has ended does not count, what a hold set aside for too long is free."""
        programme, membership_id = self.read(call, code, one_id)
        found = ledger.balance(membership_id, call.now)
        return Answer(shapes.PointsOut(told.points(found, programme)).data)

    @operation(
        "get_points_as_of",
        summary="Read points as they were",
        scope=READ,
        query=shapes.AsOfQuery,
        answers={200: shapes.AsOfOut},
        refusals=NOT_THERE,
    )
    def as_of(self, call: Call, code: str, one_id: str) -> Answer:
        """As they were booked at a moment, with the lots they lay in: what a statement of that moment said."""
        programme, membership_id = self.read(call, code, one_id)
        at = min(call.query.get("at", call.now), call.now)
        found = as_of.balance_as_of(membership_id, at)
        answer = {"programme": programme.code, "at": at, **told.purse(found.balance), "lots": [told.past_lot(lot) for lot in found.lots]}
        return Answer(shapes.AsOfOut(answer).data)

    @operation("forecast_points", summary="Read when points end", scope=READ, answers={200: shapes.ForecastOut}, refusals=NOT_THERE)
    def forecast(self, call: Call, code: str, one_id: str) -> Answer:
        """By month, if nobody spends anything (PTS-18); points set aside by holds are among them."""
        programme, membership_id = self.read(call, code, one_id)
        value_minor = prices.value_of_a_point(programme.pk)
        found = forecast.forecast(membership_id, call.now, ZoneInfo(programme.time_zone))
        months = [
            {
                "month": f"{month.month_on:%Y-%m}",
                "points": month.points,
                "last_on": month.last_on,
                "value_minor": None if value_minor is None else month.points * value_minor,
            }
            for month in found.months
        ]
        return Answer(shapes.ForecastOut({"programme": programme.code, "data": months, "endless": found.endless}).data)


class EntriesView(PointsView):
    @operation(
        "list_points_entries",
        summary="List how points came and went",
        scope=READ,
        query=shapes.EntriesQuery,
        answers={200: page_of(shapes.PointsEntryOut)},
        refusals=NOT_THERE,
    )
    def list(self, call: Call, code: str, one_id: str) -> Answer:
        """The latest first, each with the lots it made, took from or gave back to, the order it is about, and why."""
        _programme, membership_id = self.read(call, code, one_id)
        rows = EntryFilters(call, PointsEntry.objects.filter(account_id=membership_id)).rows()
        readable = entry_history.readable(rows)
        found = pages.page(readable, order=("-account_version",), query=call.query, of=f"points-entries:{membership_id}")
        lines = {line.entry.pk: line for line in member_page.lines(found.rows)}
        return Answer(found.answer(lambda row: shapes.PointsEntryOut(told.entry(lines[row.pk])).data))

    @operation(
        "explain_points_entry",
        summary="Read why a points entry is what it is",
        scope=READ,
        answers={200: shapes.PointsEntryWhyOut},
        refusals=(*NOT_THERE, EntryNotFound),
    )
    def why(self, call: Call, code: str, one_id: str, number: int) -> Answer:
        """In words, with the values and the rules in the version that held then."""
        _programme, membership_id = self.read(call, code, one_id)
        row = entry_history.readable(PointsEntry.objects.filter(account_id=membership_id, account_version=number)).first()
        if row is None:
            raise EntryNotFound()
        found = entry_history.explain(row)
        [line] = member_page.lines([row])
        answer = {
            "entry": told.entry(line),
            "words": str(found.words),
            "values": [{"label": str(label), "value": str(value)} for label, value in found.values],
            "rule": found.rule,
        }
        return Answer(shapes.PointsEntryWhyOut(answer).data)


class LotsView(PointsView):
    @operation(
        "list_points_lots",
        summary="List lots of points with their ends",
        scope=READ,
        query=shapes.LotsQuery,
        answers={200: page_of(shapes.LotOut)},
        refusals=NOT_THERE,
    )
    def list(self, call: Call, code: str, one_id: str) -> Answer:
        """One for each earning, the latest first. Spending takes those first that end first."""
        _programme, membership_id = self.read(call, code, one_id)
        rows = LotFilters(call, PointsLot.objects.filter(account_id=membership_id)).rows()
        found = pages.page(rows.select_related("entry"), order=("-id",), query=call.query, of=f"points-lots:{membership_id}")
        return Answer(found.answer(lambda row: shapes.LotOut(told.lot(row)).data))
