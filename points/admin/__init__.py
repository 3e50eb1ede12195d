"""The back office of points: one module a page. Importing them puts their pages and menu entries in place."""

from points.admin import (  # noqa: F401
    approvals,
    entries,
    exchange,
    holds,
    liability,
    member_actions,
    multipliers,
    redemptions,
    rewards,
    rules,
    trial,
)
