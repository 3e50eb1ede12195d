"""Money as people write it. Amounts are integers of minor units (fen, pence) beside a currency; floats never appear."""

from decimal import ROUND_HALF_UP, Decimal

from core.words import MINUS

SYMBOLS = {"CNY": "¥", "GBP": "£", "USD": "$", "EUR": "€"}


def format_minor(amount_minor: int, currency: str) -> str:
    """`(29990, "CNY")` -> `"¥299.90"`; a minus sign (−) goes before the symbol."""
    sign = MINUS if amount_minor < 0 else ""
    whole, minor = divmod(abs(amount_minor), 100)
    symbol = SYMBOLS.get(currency)
    amount = f"{whole:,}.{minor:02d}"
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{amount} {currency}"


def to_minor(amount: Decimal) -> int:
    """Whole minor units of a decimal amount, halves away from zero: `Decimal("2.675")` -> 268."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def convert_minor(amount_minor: int, rate: Decimal) -> int:
    """An amount at a fixed rate, halves away from zero."""
    return int((Decimal(amount_minor) * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP))
