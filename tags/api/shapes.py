"""Answers and bodies of tags and segments."""

from typing import Any

from rest_framework import serializers

from core.api.fields import Choice, Text
from core.api.serializers import OutSerializer, PageQuery, StrictSerializer, many
from core.reasons import AT_MOST
from growth.api.shapes import choice, moment, text, whole
from tags.enums import TagGroup, TagKind, TagSource


def flag(**options: Any) -> serializers.BooleanField:
    return serializers.BooleanField(read_only=True, **options)


class TagsQuery(PageQuery):
    group = Choice(choices=TagGroup.choices, required=False)
    kind = Choice(choices=TagKind.choices, required=False)


class TagRefOut(OutSerializer):
    code = text()
    name = text()
    group = choice(TagGroup)
    kind = choice(TagKind, help_text="auto: given and taken by its rule; by hand it may be given as well.")
    colour = text(help_text="A name of the palette, or empty.")


class TagOut(TagRefOut):
    """A tag of a programme."""

    description = text()
    priority = whole(help_text="The higher one comes first.")
    rule_version = whole(allow_null=True, help_text="Of the rule in force; null for a tag by hand, or before the first was published.")
    rule = text(allow_null=True, help_text="That rule in words, in the request's language.")


class GivenOut(OutSerializer):
    """One way in which a member has a tag, or had it."""

    source: Any = choice(TagSource)
    since = moment()
    until = moment(allow_null=True, help_text="Null while it lasts.")
    rule_version = whole(allow_null=True, help_text="The version of the rule that gave it; null by hand.")
    reason = text(help_text="What staff wrote down; empty for a rule.")


class FoundOut(OutSerializer):
    label: Any = text()
    value = text()


class HeldTagOut(TagRefOut):
    """A tag that a member has: by rule, by hand, or both. Each goes by itself."""

    since = moment()
    by_rule = GivenOut(read_only=True, allow_null=True)
    by_hand = GivenOut(read_only=True, allow_null=True)
    values = many(FoundOut, read_only=True, help_text="What the rule found when it gave the tag, in the request's language.")


class HeldTagsOut(OutSerializer):
    """What a member has in a programme now, the important tags first."""

    programme = text()
    data = many(HeldTagOut, read_only=True)


class TagHistoryOut(GivenOut):
    """One time that a member had a tag."""

    code = text()
    name = text()
    end_reason = text()


class TaggingIn(StrictSerializer):
    reason = Text(most=AT_MOST, help_text="Why, as staff read it beside the tag.")


class TaggedOut(OutSerializer):
    code = text()
    by_hand = GivenOut(read_only=True)
    applied = flag(help_text="False where the member had it by hand already: nothing has changed then.")


class LineOut(OutSerializer):
    """A part of a rule, and whether it holds. Parts of a group follow it with a depth one higher."""

    words = text()
    value = text(help_text="What was found, in words; empty for groups.")
    holds = flag()
    depth = whole()


class TagWhyOut(OutSerializer):
    """Why a member has a tag, or has it not."""

    tag = TagRefOut(read_only=True)
    has = flag()
    by_rule = GivenOut(read_only=True, allow_null=True)
    by_hand = GivenOut(read_only=True, allow_null=True)
    values = many(FoundOut, read_only=True, help_text="What the rule found when it gave the tag.")
    never = text(allow_null=True, help_text="Why this member is never to be given the tag; null where that is not so.")
    rule_version = whole(allow_null=True, help_text="Of the rule in force; null where there is none.")
    rule = text(allow_null=True, help_text="That rule in words.")
    as_of = serializers.DateField(read_only=True, help_text="The local day by which the rule is judged below.")
    matches = flag(allow_null=True, help_text="Whether the rule holds by the facts of now; null where there is no rule.")
    lines = many(LineOut, read_only=True)
    behind = flag(help_text="True where the next run will give the tag or take it: something has changed since the last one.")


class SegmentOut(OutSerializer):
    """A saved audience."""

    code = text()
    name = text()
    description = text()
    rule = text(help_text="In words, in the request's language.")
    members = whole(allow_null=True, help_text="How many there were when it was counted last; null before that.")
    counted_at = moment(allow_null=True)


class SegmentMemberOut(OutSerializer):
    one_id = text()
    member_no = text()
