"""Settings every environment shares. Values come from the environment (docs/operations.md); wrong ones fail loudly."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pghistory
import pgtrigger
from django.utils.translation import gettext_lazy as _

from config.environment import env
from config.settings.admin import *
from config.settings.api import *
from config.settings.logs import *
from config.settings.tasks import *

BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = env.text("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
DEBUG = False
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.adminsite.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_celery_beat",
    "pgtrigger",
    "pghistory",
    "axes",
    "django_structlog",
    "core",
    "members",
    "stores",
    "activity",
    "growth",
    "points",
    "coupons",
    "tags",
    "engagement",
]

MIDDLEWARE = [
    "core.probes.ProbesMiddleware",
    "core.middleware.ClientAddressMiddleware",
    "core.metrics.MetricsMiddleware",
    "core.wakeup.WakeUpMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.RequestIdMiddleware",
    "core.api.middleware.ApiProblemsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.sessions.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.logs.RequestLogMiddleware",
    "core.middleware.ClockMiddleware",
    "core.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.site",
            ],
        },
    },
]

DATABASE_URL = env.text("DATABASE_URL", default="postgres://guanxi@127.0.0.1:5432/guanxi")
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 0)  # core.sql.call keeps a statement from the first
DATABASES["default"]["CONN_MAX_AGE"] = env.whole("DATABASE_CONN_MAX_AGE", default=60)  # seconds a connection is kept between requests
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A queue and a cache, never the place of truth: without it pages, logins and money go on (docs/operations.md, Redis is down).
REDIS_URL = env.text("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "core.cache.TolerantRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1.0},
    }
}
CELERY_BROKER_URL = REDIS_URL

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Five wrong passwords for an account from addresses it has not lately been used from, counted together in the database, close it to all
# such addresses for fifteen minutes; five from an address it is used from close it there: ten in all (R17).
AXES_FAILURE_LIMIT = 5
AXES_HANDLER = "core.logins.LoginHandler"
# So many wrong passwords from one address within that time, whatever the accounts, close it to accounts it is not used for.
LOGIN_FAILURES_PER_ADDRESS = env.whole("LOGIN_FAILURES_PER_ADDRESS", default=50, least=5)
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = "core.logins.lockout_parameters"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # else somebody else could keep the owner out for ever
AXES_VERBOSE = False
# How many proxies of ours stand in front; 0: the caller's address is the connection's, and X-Forwarded-For is not believed.
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES", default=0)
IPWARE_META_PRECEDENCE_ORDER = ["REMOTE_ADDR"]  # of lockouts and logs: core.middleware.ClientAddressMiddleware has put it right

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_IDLE_SECONDS = env.whole("SESSION_IDLE_SECONDS", default=3 * 3600, least=1)  # a login ends after this time without a request
SESSION_COOKIE_AGE = env.whole("SESSION_ABSOLUTE_SECONDS", default=12 * 3600, least=1)  # and after this time in any case
SESSION_COOKIE_NAME = "guanxi_session"

CSRF_FAILURE_VIEW = "core.csrf.refused"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20  # bytes of a request body, uploaded files apart

LANGUAGE_CODE = env.one_of("LANGUAGE_CODE", ["zh-hans", "en"], default="zh-hans")  # of commands, and of browsers that ask for neither
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
CELERY_TIMEZONE = TIME_ZONE

DATA_DIR = Path(env.text("DATA_DIR") or BASE_DIR / ".data")
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_DIR") or DATA_DIR / "static")
MEDIA_ROOT = DATA_DIR / "uploads"  # never served: downloads go through a door that asks who is there

OAUTH2_PROVIDER_APPLICATION_MODEL = "stores.ApiClient"
PHONE_DEFAULT_REGION = "CN"
COUPON_GRACE_HOURS = env.whole("COUPON_GRACE_HOURS", default=24)  # how long a coupon that ended while it was reserved stays usable
NEWCOMER_DAYS = env.whole("NEWCOMER_DAYS", default=7)  # so long after joining, until the first completed order, newcomers' prices hold
LIFECYCLE_LOST_DAYS = env.whole("LIFECYCLE_LOST_DAYS", default=180, least=1)  # without visit and purchase so long, a member is lost
METRICS_TOKEN = env.text("METRICS_TOKEN")  # bearer token of /metrics; without one only private addresses may read it
DEMO_SCREENS = False  # only the demo shows its guide on the first page and its accounts on the login page
CLOCK_OVERRIDE = False  # only demo and test let a request or command say what "now" is
WEBHOOK_PRIVATE_ADDRESSES = False  # only demo, development and tests may deliver to loopback and private networks
WEBHOOK_PUBLIC_ADDRESSES = True  # the demo keeps everything on its machine
WEBHOOK_NETWORKS = env.networks("WEBHOOK_NETWORKS")  # private networks of the house that may be reached: 10.20.0.0/16

PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
