"""Addresses of the shop's own systems, from a template a store has typed in (CSL-06, CSL-08)."""

from string import Formatter
from urllib.parse import quote, urlsplit


def outward(template: str, **values: str) -> str:
    """`("https://oms.example/o/{order_no}", order_no="A/1")` -> `https://oms.example/o/A%2F1`.

    "" where there is no template, where it names something unknown, or where it is no web address: a script is no link.
    """
    try:
        fields = {name for _text, name, _spec, _conversion in Formatter().parse(template) if name is not None}
    except ValueError:
        return ""
    if not template or not fields <= values.keys():
        return ""
    address = template.format(**{name: quote(value, safe="") for name, value in values.items()})
    parts = urlsplit(address)
    return address if parts.scheme in ("http", "https") and parts.netloc else ""
