"""The demo of `make demo`: production's code on one machine, with made-up people, a clock that may be set, and no way out."""

import structlog
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from config.settings.base import *

INSTALLED_APPS += ["demo"]
ROOT_URLCONF = "config.urls_demo"
WHITENOISE_USE_FINDERS = True  # static files from where they lie: nothing to collect before the first page
CLOCK_OVERRIDE = True
DEMO_SCREENS = True
SITE_BANNER = _("Demo data")
SITE_CREDITS = [
    (
        _("Real purchases: Chen, D. (2015). Online Retail. UCI Machine Learning Repository. CC BY 4.0. Names, dates and currency changed."),
        "https://doi.org/10.24432/C5BW33",
    ),
    (_("Licence CC BY 4.0"), "https://creativecommons.org/licenses/by/4.0/"),
]
TEMPLATES[0]["DIRS"] = [BASE_DIR / "demo" / "templates", *TEMPLATES[0]["DIRS"]]  # before the theme's login page
UNFOLD["STYLES"] = [*UNFOLD["STYLES"], lambda request: static("demo/demo.css")]
WEBHOOK_PRIVATE_ADDRESSES = True
WEBHOOK_PUBLIC_ADDRESSES = False
LOGGING = logging_with(structlog.dev.ConsoleRenderer(colors=False))
SILENCED_SYSTEM_CHECKS = ["security"]  # plain HTTP on one's own machine
