"""The registry of fields: everything that {"var": "<code>"} may ask, with the words for it and how SQL and Python read it (TAG-03..06).

SQL reads the alias `fact` of tags_memberfact, Python reads `Facts`; both give "no value" where nothing is known, and every comparison
with no value is false. docs/rules/tags.md lists the fields for people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from psycopg import sql

from core.enums import Channel
from growth.enums import ActivityLayer, CustomerGroup, MonetaryMode, RfmClass
from growth.rules import rfm
from members.enums import Gender
from members.regions import children, region
from stores.enums import MembershipSource
from tags.enums import LifecycleStage
from tags.rules.catalogue import Catalogue, Moment
from tags.rules.facts import Facts
from tags.rules.kinds import Kind, Ratio, Unit, Value

Choices = Sequence[tuple[str, str]]


class FieldGroup(models.TextChoices):
    """Families of fields in the editor (TAG-03 and what else is known of a member)."""

    ATTRIBUTES = "attributes", pgettext_lazy("of a member", "attributes")
    POWER = "power", _("consumption power")
    PREFERENCE = "preference", _("preference")
    FREQUENCY = "frequency", _("frequency")
    CHANNEL = "channel", _("shopping channel")
    LEVEL = "level", _("level and growth value")
    RFM = "rfm", "RFM"
    HOLDINGS = "holdings", _("points, wallet and coupons")
    LIFECYCLE = "lifecycle", _("life cycle")


@dataclass(frozen=True)
class Field:
    """sql, python: the value on a day, two spellings of one definition; test_equality holds them together.

    choices: for CHOICE, RANK and LIST, what there is to choose in a programme: (code, words).
    """

    code: str
    label: str | Promise
    group: FieldGroup
    kind: Kind
    sql: Callable[[Moment], Ratio]
    python: Callable[[Facts, Moment], Value]
    unit: Unit = Unit.NONE
    choices: Callable[[Catalogue], Choices] | None = None
    help: str | Promise = ""


def column(name: str) -> sql.Composable:
    return sql.SQL("fact.{}").format(sql.Identifier(name))


def _number(code: str, label: Any, group: FieldGroup, kind: Kind = Kind.INT, *, of: str = "", **more: Any) -> Field:
    """A number kept in the row as it is."""
    name = of or code
    return Field(code, label, group, kind, lambda _at: Ratio(column(name)), lambda facts, _at: getattr(facts, name), **more)


def _text(code: str, label: Any, group: FieldGroup, kind: Kind = Kind.TEXT, *, of: str = "", none: str = "", **more: Any) -> Field:
    """A text kept in the row; `none` is how the row says that there is no value."""
    name = of or code
    return Field(
        code,
        label,
        group,
        kind,
        lambda _at: Ratio(sql.SQL("nullif({}, {})").format(column(name), sql.Literal(none))),
        lambda facts, _at: None if getattr(facts, name) == none else getattr(facts, name),
        **more,
    )


def _share(code: str, label: Any, group: FieldGroup, above: str, below: str, kind: Kind = Kind.RATE, **more: Any) -> Field:
    """One column divided by another; no value where the other is 0. RATE is in thousandths."""
    factor = 1000 if kind == Kind.RATE else 1
    return Field(
        code,
        label,
        group,
        kind,
        lambda _at: Ratio(sql.SQL("{} * {}::bigint").format(column(above), sql.Literal(factor)), column(below)),
        lambda facts, _at: Fraction(getattr(facts, above) * factor, getattr(facts, below)) if getattr(facts, below) > 0 else None,
        **more,
    )


def _days_since(code: str, label: Any, group: FieldGroup, of: str, **more: Any) -> Field:
    """Whole local days from a date to the day of judgement."""
    return Field(
        code,
        label,
        group,
        Kind.INT,
        lambda at: Ratio(sql.SQL("({}::date - {})").format(sql.Literal(at.on), column(of))),
        lambda facts, at: None if getattr(facts, of) is None else (at.on - getattr(facts, of)).days,
        unit=Unit.DAYS,
        **more,
    )


def _flag(code: str, label: Any, group: FieldGroup, as_sql: Callable[[Moment], sql.Composable], python: Any, **more: Any) -> Field:
    return Field(code, label, group, Kind.BOOL, lambda at: Ratio(as_sql(at)), python, **more)


def _of(enum: type[models.TextChoices], *without: str) -> Callable[[Catalogue], Choices]:
    return lambda _catalogue: [(value, str(label)) for value, label in enum.choices if value not in without]


def _provinces(_catalogue: Catalogue) -> Choices:
    return [(each.code, each.name) for each in children()]


def _cities(_catalogue: Catalogue) -> Choices:
    return [(city.code, f"{province.name} {city.name}") for province in children() for city in children(province.code)]


def region_name(code: str) -> str:
    """The name of a province or city, or the code where the list does not know it."""
    found = region(code)
    return found.name if found else code


# -- age


def age(birthday: date | None, on: date) -> int | None:
    """Full years; somebody born on 29 February is a year older on 1 March of other years. None before birth."""
    if birthday is None or birthday > on:
        return None
    return on.year - birthday.year - ((on.month, on.day) < (birthday.month, birthday.day))


def _age_sql(at: Moment) -> Ratio:
    return Ratio(
        sql.SQL(
            "CASE WHEN fact.birthday <= {on} THEN extract(year FROM age({on}::date::timestamp, fact.birthday::timestamp))::int END"
        ).format(on=sql.Literal(at.on))
    )


# -- RFM: scored on the day of judgement from what the row holds, with the cut points of the published model


def cell(facts: Facts, at: Moment) -> rfm.Cell | None:
    terms = at.catalogue.rfm
    if terms is None:
        return None
    days = None if facts.last_order_on is None else (at.on - facts.last_order_on).days
    return (
        rfm.r_score(days, terms.r_cuts),
        rfm.score(facts.rfm_orders, terms.f_cuts),
        rfm.score(rfm.monetary(facts.rfm_amount_minor, facts.rfm_orders, terms.m_mode), terms.m_cuts),
    )


def _scores(at: Moment) -> dict[str, sql.Composable] | None:
    """r, f and m in SQL."""
    terms = at.catalogue.rfm
    if terms is None:
        return None
    passed = sql.SQL(" + ")
    days = sql.SQL("({}::date - fact.last_order_on)").format(sql.Literal(at.on))
    late = passed.join(sql.SQL("({} > {})::int").format(days, sql.Literal(cut)) for cut in terms.r_cuts)
    often = passed.join(sql.SQL("(fact.rfm_orders >= {})::int").format(sql.Literal(cut)) for cut in terms.f_cuts)
    amount: sql.Composable = sql.SQL("fact.rfm_amount_minor")
    if terms.m_mode == MonetaryMode.AVERAGE:
        amount = sql.SQL(
            "CASE WHEN fact.rfm_orders > 0 THEN (2 * fact.rfm_amount_minor + fact.rfm_orders) / (2 * fact.rfm_orders)"
            " ELSE fact.rfm_amount_minor END"
        )
    much = passed.join(sql.SQL("({} >= {}::bigint)::int").format(amount, sql.Literal(cut)) for cut in terms.m_cuts)
    return {
        "r": sql.SQL("(CASE WHEN fact.last_order_on IS NULL THEN 1 ELSE 5 - ({}) END)").format(late),
        "f": sql.SQL("(1 + {})").format(often),
        "m": sql.SQL("(1 + {})").format(much),
    }


def _scored(template: str) -> Callable[[Moment], Ratio]:
    def of(at: Moment) -> Ratio:
        scores = _scores(at)
        return Ratio(sql.SQL(template).format(**scores) if scores else sql.SQL("NULL::text" if "'" in template else "NULL::int"))

    return of


def _named(name: Callable[[rfm.Cell], str]) -> Callable[[Facts, Moment], Value]:
    def of(facts: Facts, at: Moment) -> Value:
        found = cell(facts, at)
        return None if found is None else str(name(found))

    return of


def _score(position: int) -> Callable[[Facts, Moment], Value]:
    def of(facts: Facts, at: Moment) -> Value:
        found = cell(facts, at)
        return None if found is None else found[position]

    return of


def _value_sql(at: Moment) -> Ratio:
    scores, terms = _scores(at), at.catalogue.rfm
    if scores is None or terms is None:
        return Ratio(sql.SQL("NULL::int"))
    weights = dict(zip(("w_r", "w_f", "w_m"), map(sql.Literal, terms.weights), strict=True))
    return Ratio(sql.SQL("({w_r} * {r} + {w_f} * {f} + {w_m} * {m})").format(**weights, **scores))


def _value(facts: Facts, at: Moment) -> Value:
    found, terms = cell(facts, at), at.catalogue.rfm
    return None if found is None or terms is None else rfm.value_milli(found, terms.weights)


CLASS_SQL = (
    "CASE WHEN {r} = 1 THEN 'dormant' WHEN {r} = 2 THEN 'churn_risk' WHEN {m} >= 4 THEN 'high' WHEN {m} = 3 THEN 'mid'"
    " WHEN {f} >= 3 THEN 'low' ELSE 'potential' END"
)
GROUP_SQL = (
    "CASE WHEN {r} <= 2 AND ({f} >= 3 OR {m} >= 3) THEN 'churn_risk' WHEN {r} <= 2 THEN 'other' WHEN {f} <= 2 THEN 'potential'"
    " WHEN {m} >= 4 THEN 'loyal' ELSE 'frequent_low' END"
)
LAYER_SQL = "CASE WHEN {r} = 1 THEN 'dormant' WHEN {r} + {f} >= 8 THEN 'high' WHEN {r} + {f} >= 6 THEN 'medium' ELSE 'low' END"

# -- life cycle: one stage a member and day, first match


def stage(facts: Facts, at: Moment) -> LifecycleStage:
    active_on = max(day for day in (facts.last_visit_on, facts.last_order_on, facts.joined_on) if day is not None)
    found = cell(facts, at)
    r = found[0] if found else None
    if (at.on - active_on).days >= at.catalogue.lost_days:
        return LifecycleStage.LOST
    if facts.orders == 0:
        return LifecycleStage.REGISTERED
    if r == 1:
        return LifecycleStage.DORMANT
    if r == 2 or facts.visits_falling or facts.f_dropped:
        return LifecycleStage.AT_RISK
    if found is not None and rfm.customer_group(found) == CustomerGroup.LOYAL:
        return LifecycleStage.LOYAL
    return LifecycleStage.REPEAT if facts.orders >= 2 else LifecycleStage.FIRST_BUY


def f_dropped_sql(catalogue: Catalogue) -> sql.Composable:
    """Whether F fell steeply in the newest cycle (A-37): asked of growth's snapshots, once for a whole statement."""
    return sql.SQL("(fact.membership_id IN (SELECT membership_id FROM growth_rfmsnapshot WHERE run_id = {} AND f_dropped))").format(
        sql.Literal(catalogue.rfm_run_id)
    )


def _stage_sql(at: Moment) -> Ratio:
    scores = _scores(at)
    return Ratio(
        sql.SQL(
            "CASE WHEN {on}::date - greatest(fact.last_visit_on, fact.last_order_on, fact.joined_on) >= {lost} THEN 'lost'"
            " WHEN fact.orders = 0 THEN 'registered' WHEN {r} = 1 THEN 'dormant'"
            " WHEN {r} = 2 OR fact.visits_falling OR {dropped} THEN 'at_risk'"
            " WHEN ({group}) = 'loyal' THEN 'loyal' WHEN fact.orders >= 2 THEN 'repeat' ELSE 'first_buy' END"
        ).format(
            on=sql.Literal(at.on),
            lost=sql.Literal(at.catalogue.lost_days),
            r=scores["r"] if scores else sql.SQL("NULL::int"),
            group=_scored(GROUP_SQL)(at).above,
            dropped=f_dropped_sql(at.catalogue),
        )
    )


A, P, R, F, C, L, M, H, S = (
    FieldGroup.ATTRIBUTES,
    FieldGroup.POWER,
    FieldGroup.PREFERENCE,
    FieldGroup.FREQUENCY,
    FieldGroup.CHANNEL,
    FieldGroup.LEVEL,
    FieldGroup.RFM,
    FieldGroup.HOLDINGS,
    FieldGroup.LIFECYCLE,
)

FIELDS: dict[str, Field] = {
    each.code: each
    for each in (
        # attributes
        _text("gender", _("gender"), A, Kind.CHOICE, none="unknown", choices=_of(Gender, "unknown")),
        Field("age", _("age"), A, Kind.INT, _age_sql, lambda facts, at: age(facts.birthday, at.on), unit=Unit.YEARS),
        Field(
            "birthday_month",
            _("month of birth"),
            A,
            Kind.INT,
            lambda _at: Ratio(sql.SQL("extract(month FROM fact.birthday)::int")),
            lambda facts, _at: facts.birthday.month if facts.birthday else None,
            help=_("1 to 12."),
        ),
        _flag(
            "birthday_this_month",
            _("birthday this month"),
            A,
            lambda at: sql.SQL("(extract(month FROM fact.birthday) = {})").format(sql.Literal(at.on.month)),
            lambda facts, at: facts.birthday.month == at.on.month if facts.birthday else None,
        ),
        _text("province", _("province"), A, Kind.CHOICE, of="province_code", choices=_provinces),
        _text("city", _("city"), A, Kind.CHOICE, of="city_code", choices=_cities),
        _text("country", _("country"), A),
        _flag(
            "has_children",
            _("has children"),
            A,
            lambda _at: sql.SQL("(cardinality(fact.children) > 0)"),
            lambda facts, _at: bool(facts.children),
        ),
        _flag("marketing", _("agreed to marketing"), A, lambda _at: column("marketing"), lambda facts, _at: facts.marketing),
        # consumption power: money
        _number("amount_30", _("spent in 30 days"), P, Kind.MONEY, of="amount_30_minor"),
        _number("amount_90", _("spent in 90 days"), P, Kind.MONEY, of="amount_90_minor"),
        _number("amount_180", _("spent in 180 days"), P, Kind.MONEY, of="amount_180_minor"),
        _number("amount_365", _("spent in 365 days"), P, Kind.MONEY, of="amount_365_minor"),
        _number("amount", _("spent in all"), P, Kind.MONEY, of="amount_minor"),
        _share("average_order", _("average order of 365 days"), P, "amount_365_minor", "priced_365", Kind.MONEY),
        _share(
            "discount_share",
            _("discount on goods of 365 days"),
            P,
            "discount_365_minor",
            "goods_365_minor",
            unit=Unit.SHARE,
            help=_("Discounts, coupons and points together, as a share of the list price."),
        ),
        # preference
        _text(
            "top_category",
            _("preferred category"),
            R,
            help=_("With the highest amount in 180 days, of those bought in at least two orders. A path, as shops tell it."),
        ),
        _text("top_brand", _("preferred brand"), R, help=_("With the highest amount in 180 days, of those bought in at least two orders.")),
        _text(
            "top_item",
            _("preferred item"),
            R,
            help=_("SPU, or SKU where none is told, with the highest amount in 180 days, of those bought in at least two orders."),
        ),
        # frequency
        _number("orders_30", _("orders in 30 days"), F),
        _number("orders_90", _("orders in 90 days"), F),
        _number("orders_180", _("orders in 180 days"), F),
        _number("orders_365", _("orders in 365 days"), F),
        _number("orders", _("orders in all"), F),
        _share("items_per_order", _("pieces per order in 365 days"), F, "items_365", "orders_365", unit=Unit.SCORE),
        _share(
            "return_rate",
            _("return rate of 365 days"),
            F,
            "returned_365",
            "finished_365",
            unit=Unit.SHARE,
            help=_("Orders of which something came back, as a share of all that were completed."),
        ),
        _days_since("days_since_first_order", _("days since the first order"), F, "first_order_on"),
        _days_since("days_since_second_order", _("days since the second order"), F, "second_order_on"),
        _days_since("days_since_last_order", _("days since the last order"), F, "last_order_on"),
        _number("visit_days_30", _("days with visits, of 30"), F),
        _number("visit_days_90", _("days with visits, of 90"), F),
        _days_since("days_since_last_visit", _("days since the last visit"), F, "last_visit_on"),
        _flag(
            "visits_falling",
            _("visits fall"),
            F,
            lambda _at: column("visits_falling"),
            lambda facts, _at: facts.visits_falling,
            help=_("Days with visits fell by 30% or more in each of the last two closed months, from at least four."),
        ),
        # shopping channel
        Field(
            "channels",
            _("ordered through, in 365 days"),
            C,
            Kind.LIST,
            lambda _at: Ratio(column("channels")),
            lambda facts, _at: frozenset(facts.channels),
            choices=_of(Channel, "admin"),
        ),
        _text("register_channel", _("registered through"), C, Kind.CHOICE, choices=_of(Channel)),
        _text("register_source", _("registration source"), C),
        _text("joined_by", _("joined by"), C, Kind.CHOICE, choices=_of(MembershipSource)),
        # level and growth value
        _text("level", _("level"), L, Kind.RANK, choices=lambda catalogue: [(code, each.name) for code, each in catalogue.levels.items()]),
        _text(
            "paid_level",
            _("paid level"),
            L,
            Kind.RANK,
            choices=lambda catalogue: [(code, each.name) for code, each in catalogue.paid_levels.items()],
        ),
        _number("growth", _("growth value"), L),
        # RFM
        Field("rfm_r", _("R score"), M, Kind.INT, _scored("{r}"), _score(0), help=_("5 for the freshest, 1 for the oldest order.")),
        Field("rfm_f", _("F score"), M, Kind.INT, _scored("{f}"), _score(1), help=_("5 for the most orders.")),
        Field("rfm_m", _("M score"), M, Kind.INT, _scored("{m}"), _score(2), help=_("5 for the highest amount.")),
        Field("rfm_value", _("value score"), M, Kind.RATE, _value_sql, _value, unit=Unit.SCORE, help=_("Weighted, 1.000 to 5.000.")),
        Field("rfm_class", _("RFM class"), M, Kind.CHOICE, _scored(CLASS_SQL), _named(rfm.rfm_class), choices=_of(RfmClass)),
        Field("rfm_group", _("customer group"), M, Kind.CHOICE, _scored(GROUP_SQL), _named(rfm.customer_group), choices=_of(CustomerGroup)),
        Field("rfm_layer", _("activity"), M, Kind.CHOICE, _scored(LAYER_SQL), _named(rfm.layer), choices=_of(ActivityLayer)),
        _flag(
            "f_dropped",
            _("frequency dropped"),
            M,
            lambda at: f_dropped_sql(at.catalogue),
            lambda facts, _at: facts.f_dropped,
            help=_("The F score fell by two or more in the last monthly cycle."),
        ),
        # what they hold
        _number("points", _("points"), H),
        _number("wallet", _("wallet balance"), H, Kind.MONEY, of="wallet_minor"),
        _number("recharged", _("recharged in all"), H, Kind.MONEY, of="recharged_minor"),
        _number("coupons_usable", _("usable coupons"), H),
        _number("coupons_used_180", _("coupons used in 180 days"), H),
        # life cycle
        Field(
            "lifecycle",
            pgettext_lazy("of a member", "life-cycle stage"),
            S,
            Kind.CHOICE,
            _stage_sql,
            lambda facts, at: str(stage(facts, at)),
            choices=_of(LifecycleStage),
        ),
        _days_since("days_since_joined", _("days since joining"), S, "joined_on"),
    )
}
