"""Who may do what: one table of roles and verbs, read by every door of the back office (SEC-05, STO-06, docs/architecture.md).

A subject is a model's label in lower case, a verb one of Django's four or a named action. What is not in the table is refused.
Which rows the verb may touch is another question, answered by core.scope; how personal data reads, by core.masking.
"""

from collections.abc import Mapping
from dataclasses import replace

from core.masking import Role
from core.scope import Scope

_CS, _OP, _AP, _AU, _TC, _AD = Role.CUSTOMER_SERVICE, Role.OPERATOR, Role.APPROVER, Role.AUDITOR, Role.TILL_CLERK, Role.ADMIN
_ALL = frozenset(Role)
_OFFICE = frozenset({_CS, _OP, _AP, _AU, _AD})  # everybody but the till

TABLE: Mapping[str, Mapping[str, frozenset[Role]]] = {
    "members.member": {
        "view": _ALL,
        "change": frozenset({_CS, _AP, _AD}),
        "freeze": frozenset({_CS, _AP, _AD}),
        "import": frozenset({_OP, _AD}),
    },
    "members.mergecase": {"view": _OFFICE},
    "members.accesslog": {"view": frozenset({_AP, _AU, _AD})},
    "stores.membership": {"view": _ALL},
    "stores.servicenote": {"view": _OFFICE, "add": frozenset({_CS, _OP, _AP, _AD})},
    "stores.programme": {"view": _OFFICE, "add": frozenset({_AD}), "change": frozenset({_AD})},
    "stores.store": {"view": _OFFICE, "add": frozenset({_AD}), "change": frozenset({_AD})},
    "stores.staffassignment": {
        "view": frozenset({_AU, _AD}),
        "add": frozenset({_AD}),
        "change": frozenset({_AD}),
        "delete": frozenset({_AD}),
    },
    "stores.apiclient": {"view": frozenset({_AU, _AD}), "add": frozenset({_AD}), "change": frozenset({_AD})},
    "stores.webhookendpoint": {
        "view": frozenset({_OP, _AU, _AD}),
        "add": frozenset({_OP, _AD}),
        "change": frozenset({_OP, _AD}),
    },
    "stores.webhookdelivery": {"view": frozenset({_OP, _AU, _AD}), "resend": frozenset({_OP, _AD})},
    "activity.order": {"view": _ALL, "import": frozenset({_OP, _AD})},
    "activity.aftersale": {"view": _ALL},
    "activity.behaviourevent": {"view": _OFFICE},
    "activity.walletbalance": {"view": _ALL},
    "growth.memberlevel": {"view": _ALL, "override": frozenset({_CS, _AP, _AD})},
    "growth.leveloverride": {"view": _OFFICE, "decide": frozenset({_AP, _AD})},
    "growth.growthentry": {"view": _OFFICE, "adjust": frozenset({_CS, _AP, _AD})},
    "growth.levelscheme": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "growth.ruleset": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "growth.rfmversion": {"view": _OFFICE, "change": frozenset({_OP, _AD}), "run": frozenset({_OP, _AD})},
    "growth.levelreview": {"view": _OFFICE, "run": frozenset({_OP, _AD})},
    "growth.benefit": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "growth.paidplan": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "growth.levelmatch": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "growth.giftgrant": {"view": _OFFICE},
    "points.pointsaccount": {"view": _ALL},
    "points.pointsentry": {
        "view": _OFFICE,
        "adjust": frozenset({_CS, _OP, _AP, _AD}),
        "reverse": frozenset({_AP, _AD}),
        "export": frozenset({_OP, _AP, _AU, _AD}),
    },
    "points.pointsadjustment": {"view": _OFFICE, "decide": frozenset({_AP, _AD})},
    "points.pointshold": {"view": _OFFICE, "release": frozenset({_CS, _AP, _AD})},
    "points.pointsversion": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "points.reward": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "points.redemption": {"view": _OFFICE, "cancel": frozenset({_CS, _AP, _AD})},
    "points.exchangepair": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "points.liabilityday": {"view": frozenset({_OP, _AP, _AU, _AD})},
    "coupons.coupontemplate": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "coupons.couponpack": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "coupons.coupon": {"view": _ALL, "give": frozenset({_CS, _AP, _AD}), "revoke": frozenset({_AP, _AD})},
    "tags.tag": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "tags.membertag": {"view": _ALL, "give": frozenset({_CS, _OP, _AP, _AD}), "import": frozenset({_OP, _AD})},
    "tags.tagrun": {"view": _OFFICE, "run": frozenset({_OP, _AD})},
    "tags.segment": {"view": _OFFICE, "change": frozenset({_OP, _AD})},
    "engagement.campaign": {
        "view": _OFFICE,
        "change": frozenset({_OP, _AD}),
        "approve": frozenset({_AP, _AD}),
        "run": frozenset({_OP, _AP, _AD}),
    },
    "core.notice": {"view": _OFFICE},
    "core.effectskipped": {"view": _OFFICE},
    "core.job": {"view": frozenset({_OP, _AP, _AU, _AD})},
    "auth.user": {"view": frozenset({_AU, _AD}), "add": frozenset({_AD}), "change": frozenset({_AD})},
    "django_celery_beat.periodictask": {"view": frozenset({_AU, _AD}), "change": frozenset({_AD})},
    "django_celery_beat.crontabschedule": {"view": frozenset({_AU, _AD}), "add": frozenset({_AD}), "change": frozenset({_AD})},
    "django_celery_beat.intervalschedule": {"view": frozenset({_AU, _AD}), "add": frozenset({_AD}), "change": frozenset({_AD})},
    "axes.accessattempt": {"view": frozenset({_AU, _AD}), "delete": frozenset({_AD})},
    "axes.accesslog": {"view": frozenset({_AU, _AD})},
}

PLATFORM_ONLY: frozenset[tuple[str, str]] = frozenset(
    {
        ("members.member", "freeze"),  # a person is frozen everywhere: no merchant may lock another's customer out
        ("stores.programme", "add"),
        ("stores.store", "add"),
        ("auth.user", "view"),
        ("auth.user", "add"),
        ("auth.user", "change"),
        *((subject, verb) for subject, verbs in TABLE.items() if subject.startswith(("django_celery_beat.", "axes.")) for verb in verbs),
    }
)
"""Verbs that ask for a role held on the platform itself, whatever stores the caller has."""


def roles_for(subject: str, verb: str) -> frozenset[Role]:
    """The roles that may; empty for what the table does not name."""
    return TABLE.get(subject, {}).get(verb, frozenset())


def allowed(subject: str, verb: str, scope: Scope) -> bool:
    """Whether one of the caller's roles may do `verb` to `subject` ("members.member"), rows aside."""
    roles = scope.within(()).roles if (subject, verb) in PLATFORM_ONLY else scope.roles
    if (subject, verb) in PLATFORM_ONLY and not scope.platform:
        return False
    return any(role.value in roles for role in roles_for(subject, verb))


def held(subject: str, verb: str, scope: Scope) -> Scope:
    """The caller cut down to the stores where a role of theirs allows the verb: an auditor here may be a till clerk there."""
    if not scope.assignments or (scope.platform and allowed(subject, verb, scope.within(()))):
        return scope
    stores = frozenset(store_id for store_id in scope.store_ids if allowed(subject, verb, scope.within([store_id])))
    return replace(scope, platform=False, store_ids=stores)
