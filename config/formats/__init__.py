"""How dates are written, by language: the same everywhere, short enough for a column."""
