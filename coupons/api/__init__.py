"""Prices for members."""
