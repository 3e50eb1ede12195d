"""Refusals of growth."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, InvalidInput, NotFound


class LevelNotFound(NotFound):
    """No such level in this programme and track."""

    code = "level_not_found"
    title = _("There is no such level.")


class SchemeNotFound(NotFound):
    """The programme has no scheme of this kind, or no such version of it."""

    code = "scheme_not_found"
    title = _("There is no such scheme.")


class BenefitNotFound(NotFound):
    """The benefit does not exist in this programme."""

    code = "benefit_not_found"
    title = _("There is no such benefit.")


class PlanNotFound(NotFound):
    """The plan does not exist in this programme or is not on sale."""

    code = "plan_not_found"
    title = _("There is no such plan.")


class EffectConflict(DomainError):
    """The same reference, or usage key, was used for something else; or a hold was captured before, otherwise."""

    code = "effect_conflict"
    title = _("Something else has been posted under this reference.")


class SchemeInvalid(InvalidInput):
    """The draft breaks a rule that publishing demands. values: problems, in words."""

    code = "scheme_invalid"
    title = _("The draft cannot be published.")


class RunDone(DomainError):
    """The period has been run, once for ever. values: period."""

    code = "run_done"
    title = _("This period has been run already.")


class RunTooEarly(DomainError):
    """The period has not ended. values: period."""

    code = "run_too_early"
    title = _("This period has not ended yet.")


class OverrideWaiting(DomainError):
    """Another level set by hand waits for approval."""

    code = "override_waiting"
    title = _("Another level set by hand waits for approval.")


class OverrideDecided(DomainError):
    """The request has been decided already."""

    code = "override_decided"
    title = _("This request has been decided already.")


class SecondPersonNeeded(DomainError):
    """Who asked may not approve (R19)."""

    code = "second_person_needed"
    status = 403
    title = _("A second person must decide this.")


class QuotaExhausted(DomainError):
    """The benefit has been used as often as the month allows. values: quota, used, resets_on."""

    code = "quota_exhausted"
    title = _("This benefit is used up for this month.")


class NotEntitled(DomainError):
    """The member's levels do not give this benefit."""

    code = "not_entitled"
    title = _("The member's level does not give this benefit.")


class PaymentConflict(DomainError):
    """The payment number paid for another plan or member."""

    code = "payment_conflict"
    title = _("This payment number has been used for another subscription.")


class OtherPlanValid(DomainError):
    """A plan of another level is valid: there is one paid level at a time (LVL-15). values: plan, until."""

    code = "other_plan_valid"
    title = _("The member holds a plan of another level until it ends.")


class MatchNotFound(NotFound):
    """No such cross matching of levels."""

    code = "match_not_found"
    title = _("There is no such matching.")


class HistoryClosed(DomainError):
    """History is loaded only into accounts without live entries (ruling 6)."""

    code = "history_closed"
    title = _("The account has live entries: history can no longer be loaded.")
