"""What may stand in an address. Anything else is an unknown address: 404, before a view or the database sees it."""

from typing import Any

from django.urls import register_converter
from django.urls.converters import StringConverter


class OneIdConverter(StringConverter):
    regex = "[A-Za-z0-9_-]{1,40}"


class CodeConverter(StringConverter):
    regex = "[-a-zA-Z0-9_]{1,40}"


class NumberConverter(StringConverter):
    """A number somebody else gave out: an order's, an after-sale's. Last in its address, since a slash (%2F) may be part of it."""

    regex = r"[^\x00]{1,64}"


class KeyConverter(StringConverter):
    """The number of one of our rows."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> Any:
        return int(value)

    def to_url(self, value: Any) -> str:
        return str(value)


ONE_ID = (
    "The member's `one_id`. That of a merged member leads to its survivor.",
    {"type": "string", "pattern": f"^{OneIdConverter.regex}$"},
)
CODE = {"type": "string", "pattern": f"^{CodeConverter.regex}$"}
NUMBER = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": r"^[^\x00]+$"}
KEY = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}


def register() -> None:
    for name, converter in (("one_id", OneIdConverter), ("code", CodeConverter), ("number", NumberConverter), ("key", KeyConverter)):
        register_converter(converter, name)
