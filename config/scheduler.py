"""Beat's schedule lives in the database, where people edit it; the settings only bring what is not there yet."""

from typing import Any

from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler


class Scheduler(DatabaseScheduler):
    """The database scheduler, which would write the times of the settings over those of the admin at every start."""

    def install_default_entries(self, data: dict[str, Any]) -> None:
        """Nothing: Celery's own entry sweeps results of tasks, and none are kept."""

    def update_from_dict(self, mapping: dict[str, Any]) -> None:
        there = set(PeriodicTask.objects.filter(name__in=mapping).values_list("name", flat=True))
        super().update_from_dict({name: entry for name, entry in mapping.items() if name not in there})
