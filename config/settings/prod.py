"""Production. Everything secret or particular comes from the environment, and what is missing is said at once."""

from config.settings.base import *


class Missing(Exception):
    """A setting that production cannot do without. Not ImproperlyConfigured: some commands of Django go on after that."""


for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"):
    if not env.str(name, default=""):
        raise Missing(f"{name} is not set. docs/operations.md lists the settings.")
if len(SECRET_KEY) < 50 or "change-me" in SECRET_KEY:
    raise Missing("SECRET_KEY must be a random text of 50 characters or more, not the sample's. docs/operations.md tells how to make one.")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=True)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
