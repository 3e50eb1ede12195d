"""Pairs of members who may be one person (A-44). Writing a case down is all that happens here; a person decides."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from members.models import MergeCase


def open_merge_cases(*, pairs: Iterable[tuple[int, int]], reason: str, evidence: Mapping[str, object], at: datetime) -> list[int]:
    """Write down that these pairs of member ids may be one person; a pair known for this reason is left as it is.

    Answers the ids of the cases of all pairs, old and new. The caller's transaction holds.
    """
    ordered = {(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]}
    MergeCase.objects.bulk_create(
        [
            MergeCase(first_id=first, second_id=second, reason=reason, evidence=dict(evidence), created_at=at)
            for first, second in sorted(ordered)
        ],
        ignore_conflicts=True,
    )
    known = MergeCase.objects.filter(reason=reason, first_id__in={first for first, _ in ordered}).values_list("id", "first_id", "second_id")
    return sorted(case_id for case_id, first, second in known if (first, second) in ordered)
