"""Development on one's own machine, on the servers of `make db-start` unless the environment names others."""

import os

import structlog

from config.embedded import keeper

if not os.environ.get("DATABASE_URL") and (kept := keeper.running()) and kept.environment:
    os.environ.update(kept.environment)

from config.settings.base import *

DEBUG = True
SECRET_KEY = "development-only"  # noqa: S105
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS += ["demo"] if (BASE_DIR / "demo" / "apps.py").exists() else []
CLOCK_OVERRIDE = True
WEBHOOK_PRIVATE_ADDRESSES = True
LOGGING = logging_with(structlog.dev.ConsoleRenderer(colors=False))
