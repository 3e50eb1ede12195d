"""Settings of the test suite: fast hashing, plain static files, a clock the tests may set."""

import os

import structlog

from config.settings.base import *

SECRET_KEY = "tests-only"  # noqa: S105
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS += ["demo"]
ROOT_URLCONF = "config.urls_demo"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # no scan of the static files for every test client
CACHES["default"]["OPTIONS"] |= {"socket_connect_timeout": 5.0, "socket_timeout": 10.0}  # a busy machine is no cache that is down
CACHES["default"]["KEY_PREFIX"] = os.environ.get("PYTEST_XDIST_WORKER", "")
DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ.get("TEST_DATABASE_TEMPLATE")}  # a migrated one, if tests/conftest.py made it
DATABASES["default"]["OPTIONS"]["options"] = "-c guanxi.ledgers_may_be_emptied=on"  # between two transactional tests
DATABASES["default"]["CONN_MAX_AGE"] = 0  # threads of a live server give their connections back
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CLOCK_OVERRIDE = True
WEBHOOK_PRIVATE_ADDRESSES = True
LOGGING = logging_with(structlog.dev.ConsoleRenderer(colors=False))
