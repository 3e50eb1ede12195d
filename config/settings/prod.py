"""Production. Everything secret or particular comes from the environment, and what is missing is said at once."""

from config.environment import WrongSetting, env
from config.settings.base import *

for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"):
    if not env.text(name):
        raise WrongSetting(f"{name} is not set.")
if len(SECRET_KEY) < 50 or "change-me" in SECRET_KEY:
    raise WrongSetting("SECRET_KEY must be a random text of 50 characters or more, not the sample's.")

SECURE_SSL_REDIRECT = env.switch("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.whole("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.switch("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = env.switch("SECURE_HSTS_PRELOAD", default=True)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
