"""Development on one's own machine."""

from config.settings.base import *  # noqa: F403

DEBUG = True
SECRET_KEY = "development-only"
ALLOWED_HOSTS = ["*"]
