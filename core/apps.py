from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import checks, scope  # noqa: F401 - checks registers itself
        from core.backoffice.scoped import check_narrowed

        register(check_narrowed)
        for label in (
            "django_celery_beat.PeriodicTask",
            "django_celery_beat.IntervalSchedule",
            "django_celery_beat.CrontabSchedule",
            "axes.AccessAttempt",
            "axes.AccessLog",
        ):
            scope.register(label, scope.platform_only)
        autodiscover_modules("panels", "parts")  # what each app offers to member page, search, timeline, summary, portrait (ruling 10)
