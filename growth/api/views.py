"""Growth value and levels: what members have, how far they are, why."""

from core.api import pages
from core.api.operations import Answer, Call, operation
from core.api.routes import KEY
from core.api.serializers import PageQuery, page_of
from core.errors import NotFound
from growth.api import shapes, told
from growth.api.filters import EntryFilters
from growth.api.people import NOT_THERE, MembershipView
from growth.models import GrowthAccount, GrowthEntry, LevelHistory
from growth.selectors import entry_history, level_history, levels, promises, schemes
from stores import selectors as stores_selectors
from stores.errors import ProgrammeNotFound

READ = "growth:read"


class GrowthView(MembershipView):
    path_parameters = {**MembershipView.path_parameters, "number": ("Number of the entry in this membership.", KEY)}

    @operation("get_growth", summary="Read a growth value", scope=READ, answers={200: shapes.GrowthOut}, refusals=NOT_THERE)
    def retrieve(self, call: Call, code: str, one_id: str) -> Answer:
        """What a member has in a programme; 0 before the first entry."""
        programme, membership_id = self.read(call, code, one_id)
        account = GrowthAccount.objects.filter(pk=membership_id).first()
        version = schemes.published(programme.pk)
        answer = {
            "programme": programme.code,
            "balance": account.balance if account else 0,
            "unit_name": told.unit_name(version.unit_name if version else ""),
            "entries": account.version if account else 0,
        }
        return Answer(shapes.GrowthOut(answer).data)

    @operation(
        "list_growth_entries",
        summary="List how a growth value came about",
        scope=READ,
        query=shapes.EntriesQuery,
        answers={200: page_of(shapes.EntryOut)},
        refusals=NOT_THERE,
    )
    def entries(self, call: Call, code: str, one_id: str) -> Answer:
        """The latest first. `why` holds the values each line was reckoned with."""
        _programme, membership_id = self.read(call, code, one_id)
        rows = EntryFilters(call, GrowthEntry.objects.filter(account_id=membership_id)).rows()
        related = rows.select_related("rule__rule_set", "reverses")
        found = pages.page(related, order=("-account_version",), query=call.query, of=f"growth-entries:{membership_id}")
        return Answer(found.answer(lambda row: shapes.EntryOut(told.entry(row)).data))

    @operation(
        "explain_growth_entry",
        summary="Read why a growth entry is what it is",
        scope=READ,
        answers={200: shapes.EntryWhyOut},
        refusals=NOT_THERE,
    )
    def why(self, call: Call, code: str, one_id: str, number: int) -> Answer:
        """In words, with the values and the rule in the version that held then."""
        _programme, membership_id = self.read(call, code, one_id)
        related = GrowthEntry.objects.select_related("rule__rule_set", "rfm_run__version", "reverses", "account__membership__programme")
        row = related.filter(account_id=membership_id, account_version=number).first()
        if row is None:
            raise NotFound()
        return Answer(shapes.EntryWhyOut({"entry": told.entry(row), **told.explained(entry_history.explain(row))}).data)


class LevelView(MembershipView):
    @operation("get_level", summary="Read a level and its progress", scope=READ, answers={200: shapes.LevelOut}, refusals=NOT_THERE)
    def retrieve(self, call: Call, code: str, one_id: str) -> Answer:
        """The level, what is missing to the next one and what it brings (LVL-30), what the next review would do, the other tracks."""
        programme, membership_id = self.read(call, code, one_id)
        known = levels.known(membership_id, programme.pk, call.now)
        ladder = promises.by_level(known.terms)
        return Answer(shapes.LevelOut(told.standing(levels.standing(known), known.tracks, ladder, programme.code)).data)

    @operation(
        "list_level_history",
        summary="List changes of a level",
        scope=READ,
        query=PageQuery,
        answers={200: page_of(shapes.ChangeOut)},
        refusals=NOT_THERE,
    )
    def history(self, call: Call, code: str, one_id: str) -> Answer:
        """The latest first, of all tracks."""
        _programme, membership_id = self.read(call, code, one_id)
        rows = LevelHistory.objects.filter(membership_id=membership_id).select_related("version")
        found = pages.page(rows, order=("-occurred_at", "-id"), query=call.query, of=f"level-history:{membership_id}")
        names = levels.terms_of(level_id for row in found.rows for level_id in (row.level_from_id, row.level_to_id) if level_id)
        return Answer(found.answer(lambda row: shapes.ChangeOut(told.change(row, names)).data))

    @operation("explain_level", summary="Read why a level is what it is", scope=READ, answers={200: shapes.LevelWhyOut}, refusals=NOT_THERE)
    def why(self, call: Call, code: str, one_id: str) -> Answer:
        """The last change of each track, in words and with the values that decided."""
        programme, membership_id = self.read(call, code, one_id)
        rows = LevelHistory.objects.filter(membership_id=membership_id).order_by("track", "-occurred_at", "-id").distinct("track")
        last = list(rows.select_related("version__scheme__programme", "membership__programme"))
        names = levels.terms_of(level_id for row in last for level_id in (row.level_from_id, row.level_to_id) if level_id)
        data = [{"change": told.change(row, names), **told.explained(level_history.explain(row, names))} for row in last]
        return Answer(shapes.LevelWhyOut({"programme": programme.code, "data": data}).data)


class LevelsView(MembershipView):
    path_parameters = {"code": MembershipView.path_parameters["code"]}

    @operation(
        "list_levels",
        summary="List the levels of a programme",
        scope=READ,
        answers={200: shapes.LevelTermsListOut},
        refusals=(ProgrammeNotFound,),
    )
    def list(self, call: Call, code: str) -> Answer:
        """As published: those of the free track by rank, then the other tracks', each with what it promises."""
        programme = stores_selectors.programme_by_code(code, call.scope)
        found = [told.level_terms(level) for level in promises.of_programme(programme.pk)]
        return Answer(shapes.LevelTermsListOut({"data": found}).data)
