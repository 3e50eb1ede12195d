from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core import registry
from core.registry import FrontSection


class DemoConfig(AppConfig):
    """The story world and the real purchases. Installed by the settings of demo and test only."""

    name = "demo"
    verbose_name = _("demo")

    def ready(self) -> None:
        from demo import guide  # reads models

        if settings.DEMO_SCREENS:
            registry.add_front_section(FrontSection("demo-guide", "demo/guide.html", guide.section, position=10))
