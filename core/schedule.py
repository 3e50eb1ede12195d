"""The clock work of a new installation, as rows that people edit in the admin from then on."""

from celery import current_app
from django.conf import settings
from django.db import transaction
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import ModelEntry


@transaction.atomic
def ensure_schedule() -> list[str]:
    """Write those entries of CELERY_BEAT_SCHEDULE whose name is not there yet, and answer their names.

    What is there stays as it is, switched off or at another hour: it may have been edited. Beat does the same when it starts.
    """
    there = set(PeriodicTask.objects.values_list("name", flat=True))
    missing = {name: entry for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if name not in there}
    for name, entry in missing.items():
        ModelEntry.from_entry(name, app=current_app, **entry)
    return sorted(missing)
