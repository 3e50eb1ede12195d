"""Refusals of webhooks."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound


class WebhookNotFound(NotFound):
    """No such endpoint or delivery, or not within the caller's scope."""

    code = "webhook_not_found"
    title = _("There is no such webhook.")


class WebhookSwitchedOff(DomainError):
    """Nothing is sent to an endpoint that is switched off."""

    code = "webhook_switched_off"
    title = _("This webhook is switched off.")


class DeliveryUnderWay(DomainError):
    """A delivery that still waits for its turn is not sent again: it is going to be sent."""

    code = "delivery_under_way"
    title = _("This message is still waiting to be delivered.")
