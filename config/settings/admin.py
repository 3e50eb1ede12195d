"""The back office's looks: theme, menu, header, and what a demo may add to every page."""

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

SITE_BANNER: Any = ""  # words above every page, login included
FORMAT_MODULE_PATH = ["config.formats"]
SITE_CREDITS: list[tuple[Any, str]] = []  # (words, address) in the footer of every page


def _static(path: str) -> Any:
    """The theme asks while it draws a page, when static files have their final names."""
    return lambda request: static(path)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Guanxi membership"),
    "SITE_HEADER": _("Guanxi membership"),
    "SITE_SYMBOL": "diversity_3",
    "SITE_URL": None,
    "SHOW_LANGUAGES": False,  # the header has its own switch
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _static("guanxi/favicon.svg")}],
    "STYLES": [_static("guanxi/backoffice.css")],
    "SCRIPTS": [_static("guanxi/backoffice.js")],
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .014 27)",
            "100": "oklch(94% .03 27)",
            "200": "oklch(88.5% .062 24)",
            "300": "oklch(80.8% .114 22)",
            "400": "oklch(70.4% .165 24)",
            "500": "oklch(68% .165 25)",
            "600": "oklch(52% .18 27)",
            "700": "oklch(45.5% .16 28)",
            "800": "oklch(39.6% .13 28)",
            "900": "oklch(34.5% .1 28)",
            "950": "oklch(25.8% .07 28)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "command_search": False,
        "show_all_applications": False,
        "navigation": "core.backoffice.menu.navigation",
    },
}
