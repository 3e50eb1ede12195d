"""The back office of coupons: one module a page. Importing them puts their pages and menu entries in place."""

from coupons.admin import (  # noqa: F401
    issued,
    member_actions,
    packs,
    templates,
)
