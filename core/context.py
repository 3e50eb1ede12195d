"""What every page of the back office knows of the site: an optional banner and the credits in the footer."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """SITE_BANNER: words above every page (the demo's), empty for none.  SITE_CREDITS: (words, address) pairs for the footer."""
    return {"site_banner": settings.SITE_BANNER, "site_credits": settings.SITE_CREDITS}
