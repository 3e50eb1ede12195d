"""How far the demo's load has come."""

from django.db import models


class LoadedStage(models.Model):
    """A stage of `seed_demo` that is wholly in the database: written in the stage's last transaction, so that a restart skips it.

    facts: what the stage did, JSON-ready: {"now": ..., "seed": ..., "shift_days": ..., counts and control totals}.
    """

    name = models.CharField(max_length=40, primary_key=True)
    facts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
