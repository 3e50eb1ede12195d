"""Stored symbols of tags and segments."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TagGroup(models.TextChoices):
    """Families of tags (TAG-03, TAG-08)."""

    DEMOGRAPHIC = "demographic", _("who they are")
    BEHAVIOUR = "behaviour", _("what they do")
    INTEREST = "interest", _("what they like")
    CONSUMPTION = "consumption", _("what they spend")
    LIFECYCLE = "lifecycle", _("life cycle")
    SERVICE = "service", _("noted by staff")


class TagKind(models.TextChoices):
    """Who gives a tag. An automatic one may be given by hand as well; the two do not touch each other (A-34)."""

    AUTO = "auto", pgettext_lazy("tag", "automatic")
    MANUAL = "manual", pgettext_lazy("tag", "by hand")


class TagSource(models.TextChoices):
    """How a member came by a tag."""

    RULE = "rule", pgettext_lazy("tag", "by rule")
    STAFF = "staff", pgettext_lazy("tag", "by staff")
    FILE = "file", pgettext_lazy("tag", "by file")
    CAMPAIGN = "campaign", pgettext_lazy("tag", "by campaign")
    CLIENT = "client", pgettext_lazy("tag", "by program")


class RunReason(models.TextChoices):
    """Why tags were judged: each night all members, in between those of whom something changed, and all when a rule changed."""

    NIGHTLY = "nightly", _("nightly")
    CHANGES = "changes", _("members touched")
    PUBLISHED = "published", _("rule published")
    BY_HAND = "by_hand", _("by hand")


class RunState(models.TextChoices):
    DUE = "due", pgettext_lazy("run", "due")
    RUNNING = "running", _("running")
    DONE = "done", _("done")


class LifecycleStage(models.TextChoices):
    """One stage per member and day, first match (A-39); in the order in which they are asked."""

    LOST = "lost", pgettext_lazy("stage", "lost")
    REGISTERED = "registered", pgettext_lazy("stage", "registered")
    DORMANT = "dormant", pgettext_lazy("stage", "dormant")
    AT_RISK = "at_risk", pgettext_lazy("stage", "at risk")
    LOYAL = "loyal", pgettext_lazy("stage", "loyal")
    REPEAT = "repeat", pgettext_lazy("stage", "repeat buyer")
    FIRST_BUY = "first_buy", pgettext_lazy("stage", "first purchase")


class TagColour(models.TextChoices):
    """Names of the palette in which tags are shown."""

    GREY = "grey", _("grey")
    RED = "red", _("red")
    ORANGE = "orange", _("orange")
    YELLOW = "yellow", _("yellow")
    GREEN = "green", _("green")
    TEAL = "teal", _("teal")
    BLUE = "blue", _("blue")
    PURPLE = "purple", _("purple")
    PINK = "pink", _("pink")
