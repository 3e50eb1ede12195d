"""Pages of campaigns: the list and the form, one campaign, approvals, results, recipients."""

from engagement.admin import approvals, campaigns, recipients

__all__ = ["approvals", "campaigns", "recipients"]
