"""What a draft of points rules changes of those that hold, for whoever publishes it (OP-6)."""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from growth.admin.changes import Line, Told, days, of_boxes, of_lines
from points.admin.rule_forms import OF_EVENTS, LifeForm, OrdersForm, RuleForm, SpendingForm
from points.enums import EarnRule, MultiplierKind
from points.rules.versions import MultiplierIn, PointsTerms, RuleIn


def changes(before: PointsTerms, after: PointsTerms, levels: Mapping[str, str], zone: ZoneInfo) -> Iterator[Told]:
    """levels: names by code."""
    for form in (OrdersForm, LifeForm, SpendingForm):
        yield from of_boxes(form(terms=before), form(terms=after))
    held, drafted = ({rule.code: rule for rule in terms.rules} for terms in (before, after))
    for code in OF_EVENTS:
        was, becomes = (rules.get(code, RuleIn(code, is_on=False)) for rules in (held, drafted))
        yield from of_boxes(RuleForm(rule=was), RuleForm(rule=becomes), of=str(code.label))
    yield from of_lines(_tasks(before), _tasks(after))
    yield from of_lines(*([_multiplier(each, levels, zone) for each in terms.multipliers] for terms in (before, after)))
    yield from of_lines(*(_minimums(terms, levels) for terms in (before, after)))


def _tasks(terms: PointsTerms) -> list[Line]:
    return [
        (f"{rule.code.label} {rule.task}", f"+{rule.points:,}" if rule.is_on else _("not in use"))
        for rule in terms.rules
        if rule.code == EarnRule.TASK
    ]


def _multiplier(each: MultiplierIn, levels: Mapping[str, str], zone: ZoneInfo) -> Line:
    which = each.key
    if each.kind == MultiplierKind.MEMBER_DAY:
        which = _("day %(day)s of each month") % {"day": each.day_of_month}
    elif each.kind == MultiplierKind.LEVEL:
        which = levels.get(each.key, each.key)
    return f"{each.kind.label} {which}", f"× {each.factor} {days(each.valid_from, each.valid_until, zone)}".strip()


def _minimums(terms: PointsTerms, levels: Mapping[str, str]) -> list[Line]:
    least = _("least points of a redemption")
    return [(f"{least} {levels.get(each.level_code, each.level_code)}", f"{each.points:,}") for each in terms.minimums]
