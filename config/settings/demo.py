"""The demo of `make demo`: production's code on one machine, with made-up people, a clock that may be set, and no way out."""

import structlog

from config.settings.base import *

INSTALLED_APPS += ["demo"] if (BASE_DIR / "demo" / "apps.py").exists() else []
WHITENOISE_USE_FINDERS = True  # static files from where they lie: nothing to collect before the first page
CLOCK_OVERRIDE = True
WEBHOOK_PRIVATE_ADDRESSES = True
WEBHOOK_PUBLIC_ADDRESSES = False
LOGGING = logging_with(structlog.dev.ConsoleRenderer(colors=False))
SILENCED_SYSTEM_CHECKS = ["security"]  # plain HTTP on one's own machine
