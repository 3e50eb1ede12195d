"""What must never be switched on where real people are (design section 8)."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution


@register(Tags.security, deploy=True)
def production_has_no_demo_switches(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """Errors for settings that only demo, development and tests may have."""
    found: list[CheckMessage] = []
    if settings.CLOCK_OVERRIDE:
        found.append(Error("CLOCK_OVERRIDE lets any caller say what time it is.", hint="Leave it off in production.", id="guanxi.E001"))
    if settings.WEBHOOK_PRIVATE_ADDRESSES:
        found.append(
            Error(
                "WEBHOOK_PRIVATE_ADDRESSES lets webhooks reach addresses inside the house.",
                hint="Leave it off in production.",
                id="guanxi.E002",
            )
        )
    if "demo" in settings.INSTALLED_APPS:
        found.append(Error("The demo app makes accounts with known passwords.", hint="Take it out of INSTALLED_APPS.", id="guanxi.E003"))
    return found


@register(Tags.security, deploy=True)
def what_the_environment_says_can_be_used(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """What would be noticed only when somebody opens the first page, or a webhook is sent."""
    found: list[CheckMessage] = []
    if not settings.REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
        found.append(Error("REDIS_URL is no address of a Redis.", hint="redis://host:6379/0", id="guanxi.E004"))
    if "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"] and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        found.append(
            Caution(
                f"No static files in {settings.STATIC_ROOT}: every page will answer 500.",
                hint="Run manage.py collectstatic with the settings of the web process.",
                id="guanxi.W001",
            )
        )
    return found
