"""Stored symbols of the shared kernel."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class NoticeState(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENT = "sent", _("sent")
    SUPPRESSED = "suppressed", _("not wanted by the member")


class TimelineType(models.TextChoices):
    """What an entry of a member's timeline is about (CSL-16)."""

    REGISTRATION = "registration", _("Registration")
    CONSENT = "consent", _("Consent")
    MEMBERSHIP = "membership", _("Membership")
    SERVICE_NOTE = "service_note", _("Service note")
    ORDER = "order", _("Order")
    AFTER_SALE = "after_sale", _("After-sale")
    BEHAVIOUR = "behaviour", _("Behaviour")
    LEVEL = "level", _("Level")
    MESSAGE = "message", _("Message")
    POINTS = "points", _("Points")
    COUPON = "coupon", _("Coupon")
    TAG = "tag", _("Tag")
    CAMPAIGN = "campaign", _("Campaign")


class Origin(models.TextChoices):
    """Whether a fact happened just now or is history being loaded (ruling 5)."""

    LIVE = "live", _("live")
    BACKFILL = "backfill", _("backfill")


class VersionState(models.TextChoices):
    """Of every versioned rule: one draft and one published version at most; the published ones before it are retired."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class Channel(models.TextChoices):
    """Where something happened (ARC-02, OMN-01)."""

    APP = "app", _("app")
    WEB = "web", _("web")
    MINI_PROGRAM = "mini_program", _("mini program")
    POS = "pos", _("till")
    ADMIN = "admin", _("back office")
    IMPORT = "import", _("import")


class Currency(models.TextChoices):
    CNY = "CNY", _("Chinese yuan")
    GBP = "GBP", _("pound sterling")
    USD = "USD", _("US dollar")
    EUR = "EUR", _("euro")
    HKD = "HKD", _("Hong Kong dollar")
