"""Refusals of tags and segments."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound


class TagNotFound(NotFound):
    """No such tag in this programme, or no such version of its rule."""

    code = "tag_not_found"
    title = _("There is no such tag.")


class TagRetired(DomainError):
    """A retired tag is given to nobody any more."""

    code = "tag_retired"
    title = _("The tag has been retired.")


class TagNeverGiven(DomainError):
    """The member is on the tag's list of those who never get it (A-34). values: reason."""

    code = "tag_never_given"
    title = _("This member is never to be given this tag.")


class TagByHand(DomainError):
    """Only automatic tags have rules."""

    code = "tag_by_hand"
    title = _("The tag is given by hand: it has no rule.")


class TagInUse(DomainError):
    """Rules of other tags or segments ask for the tag. values: used_by."""

    code = "tag_in_use"
    title = _("Other rules ask for this tag.")


class RuleInvalid(DomainError):
    """A rule cannot be used as it is. values: problems, each with what is wrong in words and where (path)."""

    code = "tag_rule_invalid"
    status = 400
    title = _("The rule cannot be used as it is.")


class SegmentNotFound(NotFound):
    """No such segment in this programme."""

    code = "segment_not_found"
    title = _("There is no such segment.")
