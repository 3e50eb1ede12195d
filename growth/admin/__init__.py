"""The back office of levels: one module a page. Importing them puts their pages and menu entries in place."""

from growth.admin import (  # noqa: F401
    approvals,
    benefits,
    distribution,
    gifts,
    matches,
    member_actions,
    member_filters,
    notices,
    planner,
    reviews,
    rfm,
    rules,
    scheme_editor,
    simulation,
    skipped,
)
