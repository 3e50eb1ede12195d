"""The site as production serves it, on loopback: plain HTTP, messages to a receiver of the storm's own."""

from config.settings.base import *  # noqa: F403

SECRET_KEY = "storms-only"
ALLOWED_HOSTS = ["127.0.0.1"]
WHITENOISE_USE_FINDERS = True
WEBHOOK_PRIVATE_ADDRESSES = True
WEBHOOK_PUBLIC_ADDRESSES = False
