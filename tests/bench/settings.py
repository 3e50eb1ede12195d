"""The site as production serves it, with one address more: the bare view that API requests are compared with."""

from config.settings.base import *  # noqa: F403

SECRET_KEY = "benchmarks-only"
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
ROOT_URLCONF = "tests.bench.urls"
WHITENOISE_USE_FINDERS = True
WEBHOOK_PRIVATE_ADDRESSES = True
WEBHOOK_PUBLIC_ADDRESSES = False
