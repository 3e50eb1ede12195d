"""The back office of tags: one module a page. Importing them puts their pages and menu entries in place."""

from tags.admin import (  # noqa: F401
    member_actions,
    rule_editor,
    runs,
    segments,
    tags,
    uploads,
    versions,
)
