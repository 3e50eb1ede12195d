"""What the demo's login page knows."""

from typing import Any

from django import template

from demo.world.house import PASSWORD, STAFF

register = template.Library()


@register.simple_tag
def demo_accounts() -> dict[str, Any]:
    """The accounts to choose from, and everybody's password."""
    return {"staff": [staff for staff in STAFF if staff.shows], "password": PASSWORD}
