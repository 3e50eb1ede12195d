from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """The story world and the real purchases. Installed by the settings of demo and test only; a system check says so."""

    name = "demo"
    verbose_name = _("demo")
