"""Level schemes: what the levels of a programme are and how members reach them (LVL-01..34, ruling 22).

A scheme is (programme, track) and has versions. A level is stable by (programme, track, code); its name, rank, threshold, gifts and
benefits are terms of a version, so that history can say what was promised when.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.versions import Version
from growth.enums import Basis, Demotion, Mode, Track


class LevelScheme(models.Model):
    """The row that publishing locks."""

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    track = models.CharField(_("track"), max_length=10, choices=Track.choices, default=Track.FREE)

    class Meta:
        verbose_name = _("level scheme")
        verbose_name_plural = _("level schemes")
        constraints = [models.UniqueConstraint(fields=["programme", "track"], name="growth_levelscheme_one_per_track")]

    def __str__(self) -> str:
        return f"{self.programme} · {self.get_track_display()}"


class SchemeVersion(Version):
    """One edition of a scheme. Changed while it is a draft, never afterwards (the service refuses).

    window_days: how far back spend, orders, points and recharge count, 30-365; empty for growth value (A-21, LVL-27).
    protection_days: after a rise, during which a review does not lower (A-19).  grace_days: a fall waits so long after the review that
    found it.  notice_days: the member is told so long before a possible fall.  inactivity_demote_days: without purchase for so long, one
    step down at review; empty is off (A-14).  count_purchase: False leaves purchases to RFM alone (A-17).
    mapping: code of each removed level -> code of the one its members get (ruling 22).
    """

    scheme = models.ForeignKey(LevelScheme, models.PROTECT, related_name="versions", verbose_name=_("level scheme"))
    unit_name = models.CharField(_("name of the growth value"), max_length=16, blank=True)  # 淘气值; empty: the usual word (LVL-12)
    basis = models.CharField(_("basis"), max_length=15, choices=Basis.choices, default=Basis.GROWTH)
    mode = models.CharField(_("growth model"), max_length=10, choices=Mode.choices, default=Mode.HYBRID)
    count_purchase = models.BooleanField(_("purchases add growth value"), default=True)
    window_days = models.PositiveIntegerField(_("window (days)"), null=True, blank=True)
    demotion = models.CharField(_("downgrade"), max_length=10, choices=Demotion.choices, default=Demotion.ONE_STEP)
    protection_days = models.PositiveIntegerField(_("protection (days)"), default=90)
    grace_days = models.PositiveIntegerField(_("grace (days)"), default=0)
    notice_days = models.PositiveIntegerField(_("notice before a downgrade (days)"), default=7)
    inactivity_demote_days = models.PositiveIntegerField(_("one level down without purchase for (days)"), null=True, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("version of a level scheme")
        verbose_name_plural = _("versions of level schemes")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "number"], name="growth_schemeversion_numbered"),
            models.UniqueConstraint(fields=["scheme"], condition=Q(state="draft"), name="growth_schemeversion_one_draft"),
            models.UniqueConstraint(fields=["scheme"], condition=Q(state="published"), name="growth_schemeversion_one_published"),
            models.CheckConstraint(
                condition=Q(basis="growth", window_days=None) | (~Q(basis="growth") & Q(window_days__gte=30, window_days__lte=365)),
                name="growth_schemeversion_window_30_to_365",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", published_at=None) | (~Q(state="draft") & Q(published_at__isnull=False)),
                name="growth_schemeversion_published_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scheme} v{self.number}"


class Level(models.Model):
    """A level as members hold it: L0 .. L4 (A-03)."""

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    track = models.CharField(_("track"), max_length=10, choices=Track.choices)
    code = models.SlugField(_("code"), max_length=20)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        constraints = [models.UniqueConstraint(fields=["programme", "track", "code"], name="growth_level_code_is_unique")]

    def __str__(self) -> str:
        return self.code


class LevelTerms(models.Model):
    """What a level is in one version. threshold: in the unit of the version's basis, inclusive (A-05); rank 0 is the lowest.

    rfm_unit: growth value that one point of weighted RFM score moves (A-14).
    """

    version = models.ForeignKey(SchemeVersion, models.CASCADE, related_name="terms", verbose_name=_("version"))
    level = models.ForeignKey(Level, models.PROTECT, related_name="terms", verbose_name=_("level"))
    rank = models.PositiveSmallIntegerField(_("rank"))
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=32)
    threshold = models.BigIntegerField(_("threshold"), default=0)
    rfm_unit = models.PositiveIntegerField(_("RFM unit"), default=100)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("terms of a level")
        verbose_name_plural = _("terms of levels")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["version", "level"], name="growth_levelterms_once"),
            models.UniqueConstraint(fields=["version", "rank"], name="growth_levelterms_one_per_rank"),
            models.CheckConstraint(condition=Q(threshold__gte=0), name="growth_levelterms_threshold_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class GiftItem(models.Model):
    """A part of the gift pack of a level. Apps above register the kind, how its payload reads, what it costs, who gives it (ruling 11)."""

    terms = models.ForeignKey(LevelTerms, models.CASCADE, related_name="gifts", verbose_name=_("level"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    kind = models.CharField(_("kind"), max_length=20)  # "points", "coupon"
    payload = models.JSONField(_("content"), default=dict)  # {"points": 100}; {"template": "NEW20", "count": 1}

    class Meta:
        verbose_name = _("part of a gift pack")
        verbose_name_plural = _("parts of gift packs")
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=Q(position__gte=1), name="growth_giftitem_position_from_1")]
