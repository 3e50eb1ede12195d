"""Tags of members and of programmes, and saved audiences."""

from typing import Any

from core.api import pages
from core.api.operations import Answer, ApiView, Call, operation
from core.api.routes import CODE
from core.api.serializers import PageQuery, page_of
from core.errors import NotFound
from growth.api import people
from growth.api.people import NOT_THERE, Place
from members import services as members_services
from members.enums import AccessAction
from stores import selectors as stores_selectors
from stores.errors import ProgrammeNotFound
from tags import errors
from tags.api import examples, shapes, told
from tags.api.filters import TagFilters
from tags.enums import TagSource
from tags.models import MemberTag
from tags.selectors import segments as segments_selectors
from tags.selectors import tags as selectors
from tags.selectors import why as why_selectors
from tags.services import giving, segments

READ = "tags:read"
WRITE = "tags:write"


class TagsView(ApiView):
    tag = "tags"
    path_parameters = {"code": ("The programme's code.", CODE)}

    @operation(
        "list_tags",
        summary="List a programme's tags",
        scope=READ,
        query=shapes.TagsQuery,
        answers={200: page_of(shapes.TagOut)},
        refusals=(ProgrammeNotFound,),
    )
    def list(self, call: Call, code: str) -> Answer:
        """Those in use, by code, each with its rule in words."""
        programme = _programme(call, code)
        rows = TagFilters(call, selectors.with_versions(selectors.of_programme(programme.pk))).rows()
        found = pages.page(rows, order=("code",), query=call.query, of=f"tags:{programme.pk}")
        teller = told.Teller(programme.pk)
        return Answer(found.answer(lambda row: shapes.TagOut(teller.tag(row, selectors.in_force(row))).data))


class SegmentsView(ApiView):
    tag = "tags"
    path_parameters = {"code": ("The programme's code.", CODE), "segment": ("The segment's code.", CODE)}

    @operation(
        "list_segments",
        summary="List saved audiences",
        scope=READ,
        query=PageQuery,
        answers={200: page_of(shapes.SegmentOut)},
        refusals=(ProgrammeNotFound,),
    )
    def list(self, call: Call, code: str) -> Answer:
        """Those in use, by code, with the counts of last time."""
        programme = _programme(call, code)
        found = pages.page(segments_selectors.of_programme(programme.pk), order=("code",), query=call.query, of=f"segments:{programme.pk}")
        teller = told.Teller(programme.pk)
        return Answer(found.answer(lambda row: shapes.SegmentOut(teller.segment(row)).data))

    @operation(
        "get_segment",
        summary="Read a saved audience",
        scope=READ,
        answers={200: shapes.SegmentOut},
        refusals=(ProgrammeNotFound, errors.SegmentNotFound),
    )
    def retrieve(self, call: Call, code: str, segment: str) -> Answer:
        """Counted now: facts are at most a minute behind."""
        programme = _programme(call, code)
        found = segments_selectors.segment_by_code(programme.pk, segment)
        found.members = segments.count_segment(segment_id=found.pk, at=call.now)
        found.counted_at = call.now
        return Answer(shapes.SegmentOut(told.Teller(programme.pk).segment(found)).data)

    @operation(
        "list_segment_members",
        summary="List who is in a saved audience",
        scope=READ,
        query=PageQuery,
        answers={200: page_of(shapes.SegmentMemberOut)},
        refusals=(ProgrammeNotFound, errors.SegmentNotFound),
    )
    def members(self, call: Call, code: str, segment: str) -> Answer:
        """The members the rule holds for now, judged anew for every page; the look is kept in the access log."""
        programme = _programme(call, code)
        found = segments_selectors.segment_by_code(programme.pk, segment)
        of = f"segment:{found.pk}"
        place = pages.place_of(call.query, of=of)
        limit = call.query["limit"]
        ids = segments_selectors.members(found, call.now, after=int(place[0]) if place else 0, limit=limit + 1)
        found_rows = stores_selectors.memberships_with_members(ids[:limit])
        rows = [found_rows[membership_id] for membership_id in ids[:limit] if membership_id in found_rows]
        members_services.log_access(
            scope=call.scope,
            user_id=None,
            action=AccessAction.SEARCH,
            at=call.now,
            search_text=of,
            hits=len(rows),
            ip=call.ip,
            request_id=call.request_id,
        )
        data = [shapes.SegmentMemberOut({"one_id": row.member.one_id, "member_no": row.member_no}).data for row in rows]
        more = pages.cursor_at([str(ids[limit - 1])], call.query, of=of) if len(ids) > limit else None
        return Answer({"data": data, "next_cursor": more})


class MemberTagsView(people.MembershipView):
    tag = "tags"
    path_parameters = {**people.MembershipView.path_parameters, "tag": ("The tag's code.", CODE)}

    @operation("list_member_tags", summary="List a member's tags", scope=READ, answers={200: shapes.HeldTagsOut}, refusals=NOT_THERE)
    def list(self, call: Call, code: str, one_id: str) -> Answer:
        """What the member has now, by which rule or whose hand, and the values that matched."""
        programme, membership_id = self.read(call, code, one_id)
        teller = told.Teller(programme.pk)
        data = [teller.held(each) for each in selectors.held([membership_id])[membership_id]]
        return Answer(shapes.HeldTagsOut({"programme": programme.code, "data": data}).data)

    @operation(
        "list_member_tag_history",
        summary="List what tags a member had",
        scope=READ,
        query=PageQuery,
        answers={200: page_of(shapes.TagHistoryOut)},
        refusals=NOT_THERE,
    )
    def history(self, call: Call, code: str, one_id: str) -> Answer:
        """What the member has and had, from when to when, the latest first."""
        _programme, membership_id = self.read(call, code, one_id)
        rows = MemberTag.objects.filter(membership_id=membership_id).select_related("tag", "version")
        found = pages.page(rows, order=("-started_at", "-id"), query=call.query, of=f"tag-history:{membership_id}")
        return Answer(found.answer(lambda row: shapes.TagHistoryOut(told.past(row)).data))

    @operation(
        "give_member_tag",
        summary="Give a member a tag",
        scope=WRITE,
        body=shapes.TaggingIn,
        answers={200: shapes.TaggedOut},
        refusals=(*NOT_THERE, errors.TagNotFound, errors.TagRetired, errors.TagNeverGiven),
        example=examples.TAGGING,
    )
    def update(self, call: Call, code: str, one_id: str, tag: str) -> Answer:
        """By hand: no rule takes it away. Any tag may be given so, an automatic one too. Again, nothing changes."""
        programme, membership_id = self.change(call, code, one_id)
        wanted = selectors.tag_by_code(programme.pk, tag)
        applied = giving.give_to_one(
            membership_id=membership_id,
            tag_id=wanted.pk,
            source=TagSource.CLIENT,
            reason=call.body.get("reason", ""),
            actor=call.actor,
            at=call.now,
        )
        held = next(each for each in selectors.held([membership_id])[membership_id] if each.tag.pk == wanted.pk)
        return Answer(shapes.TaggedOut({"code": wanted.code, "by_hand": told.given(held.by_hand), "applied": applied}).data)

    @operation(
        "take_member_tag",
        summary="Take a tag given by hand from a member",
        scope=WRITE,
        answers={204: None},
        refusals=(*NOT_THERE, errors.TagNotFound),
    )
    def destroy(self, call: Call, code: str, one_id: str, tag: str) -> Answer:
        """What a rule gave stays. A member without it is answered the same."""
        programme, membership_id = self.change(call, code, one_id)
        wanted = selectors.tag_by_code(programme.pk, tag)
        giving.take_tag(membership_ids=[membership_id], tag_id=wanted.pk, actor=call.actor, at=call.now)
        return Answer(status=204)

    @operation(
        "explain_member_tag",
        summary="Read why a member has a tag, or not",
        scope=READ,
        answers={200: shapes.TagWhyOut},
        refusals=(*NOT_THERE, errors.TagNotFound),
    )
    def why(self, call: Call, code: str, one_id: str, tag: str) -> Answer:
        """The rule in force line by line with what is known of the member, what matched when the tag was given, and who gave it by hand."""
        programme, membership_id = self.read(call, code, one_id)
        found = why_selectors.why(membership_id, selectors.tag_by_code(programme.pk, tag), call.now)
        return Answer(shapes.TagWhyOut(told.Teller(programme.pk).why(found)).data)

    def read(self, call: Call, code: str, one_id: str) -> Place:
        return _with_tags(super().read(call, code, one_id))

    def change(self, call: Call, code: str, one_id: str) -> Place:
        return _with_tags(super().change(call, code, one_id))


def _with_tags(place: Place) -> Place:
    if not place.programme.tags_on:
        raise NotFound()
    return place


def _programme(call: Call, code: str) -> Any:
    programme = stores_selectors.programme_by_code(code, call.scope)
    if not programme.tags_on:
        raise NotFound()
    return programme
