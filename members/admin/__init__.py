"""The back office of members, found by Django when it starts: the lookup, the member page with its forms, and the lists."""

from members.admin import access_log, lookup, member_list, merge_cases, places

__all__ = ["access_log", "lookup", "member_list", "merge_cases", "places"]
