"""Saved audiences (TAG-10)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.history import keep_history


@keep_history(exclude=["members", "counted_at"])
class Segment(models.Model):
    """Members of a programme that a rule holds for, judged whenever somebody asks. members: how many there were at counted_at."""

    programme = models.ForeignKey("stores.Programme", models.PROTECT, related_name="+", verbose_name=_("programme"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(pgettext_lazy("of a thing", "name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    rule = models.JSONField(_("rule"))
    members = models.PositiveIntegerField(_("members"), null=True)
    counted_at = models.DateTimeField(_("counted"), null=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [models.UniqueConstraint(fields=["programme", "code"], name="tags_segment_code_is_unique")]

    def __str__(self) -> str:
        return self.name
