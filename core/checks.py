"""What must never be switched on where real people are (design section 8)."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


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
