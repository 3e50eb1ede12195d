"""Reads of tags, segments, facts and what rules find."""

from tags.selectors.catalogues import catalogue

__all__ = ["catalogue"]
