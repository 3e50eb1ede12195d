from django.apps import AppConfig
from django.core.checks import register
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import checks  # noqa: F401 - registers
        from core.backoffice.scoped import check_narrowed

        register(check_narrowed)
        autodiscover_modules("panels")  # what each app offers to the member page, search and timeline (ruling 10)
