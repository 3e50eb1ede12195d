"""Stored symbols of stores."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProgrammeKind(models.TextChoices):
    PLATFORM = "platform", _("platform")
    STORE = "store", _("store")


class StoreKind(models.TextChoices):
    SELF_RUN = "self_run", _("self-run")
    MERCHANT = "merchant", _("merchant")
    OFFLINE = "offline", _("offline shop")


class BusinessModel(models.TextChoices):
    B2C = "b2c", "B2C"
    B2B = "b2b", "B2B"
    C2C = "c2c", "C2C"
    O2O = "o2o", "O2O"


class MembershipStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    FROZEN = "frozen", _("frozen")
    LEFT = "left", _("left")


class MembershipSource(models.TextChoices):
    REGISTRATION = "registration", _("registration")
    FIRST_CONTACT = "first_contact", _("first contact")
    IMPORT = "import", _("import")


class RequiredTrack(models.TextChoices):
    """What one must hold to buy in a store (LVL-18): codes of growth.enums.Track, with the words people read."""

    PAID = "paid", _("members who have bought a plan only")
    RECHARGE = "recharge", _("stored-value members only")


class StaffRole(models.TextChoices):
    """The codes of core.masking.Role, with the words people read."""

    CUSTOMER_SERVICE = "customer_service", _("customer service")
    OPERATOR = "operator", _("store operator")
    APPROVER = "approver", _("approver")
    AUDITOR = "auditor", _("auditor")
    TILL_CLERK = "till_clerk", _("till clerk")
    ADMIN = "admin", _("administrator")


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    DELIVERED = "delivered", _("delivered")
    GIVEN_UP = "given_up", _("given up")


class AttemptProblem(models.TextChoices):
    """Why a delivery was not taken. Technical words stand beside it, in `detail`."""

    REFUSED_ADDRESS = "refused_address", _("the address is not allowed")
    NOT_FOUND = "not_found", _("the host name cannot be found")
    NO_CONNECTION = "no_connection", _("no connection")
    NOT_TRUSTED = "not_trusted", _("the certificate cannot be trusted")
    TIMED_OUT = "timed_out", _("no answer in time")
    BAD_ANSWER = "bad_answer", _("the answer was not HTTP")
    REDIRECTED = "redirected", _("the receiver sent us elsewhere; redirects are not followed")
    NOT_ACCEPTED = "not_accepted", _("the receiver did not answer with a status of 200 to 299")


class ClientScope(models.TextChoices):
    """What an API client may do (OAuth 2.0 scopes, API-02)."""

    MEMBERS_READ = "members:read", _("read members")
    MEMBERS_WRITE = "members:write", _("register and change members")
    ASSERT_VERIFIED = "members:assert_verified", _("assert that an identity is verified")
    PII_READ = "pii:read", _("read personal data unmasked")
    ORDERS_READ = "orders:read", _("read orders and after-sales")
    ORDERS_WRITE = "orders:write", _("push orders and after-sales")
    EVENTS_READ = "events:read", _("read behaviour events")
    EVENTS_WRITE = "events:write", _("push behaviour events")
    WALLET_READ = "wallet:read", _("read wallet balances")
    WALLET_WRITE = "wallet:write", _("push wallet balances")
    GROWTH_READ = "growth:read", _("read levels and growth value")
    BENEFITS_READ = "benefits:read", _("read benefits")
    BENEFITS_WRITE = "benefits:write", _("record that benefits were used")
    SUBSCRIPTIONS_READ = "subscriptions:read", _("read paid memberships")
    SUBSCRIPTIONS_WRITE = "subscriptions:write", _("record paid memberships")
    POINTS_READ = "points:read", _("read points")
    POINTS_WRITE = "points:write", _("give, hold and take points")
    POINTS_EXCHANGE = "points:exchange", _("exchange points for another programme's")
    REWARDS_READ = "rewards:read", _("read rewards and redemptions")
    REWARDS_WRITE = "rewards:write", _("redeem rewards")
    QUOTES_READ = "quotes:read", _("reckon prices for members")
    COUPONS_READ = "coupons:read", _("read coupons and what became of them")
    COUPONS_WRITE = "coupons:write", _("claim, reserve, use and release coupons")
    TAGS_READ = "tags:read", _("read tags and segments")
    TAGS_WRITE = "tags:write", _("give and take tags by hand")
    CAMPAIGNS_READ = "campaigns:read", _("read campaigns and what came of them")


class MemberImportPhase(models.TextChoices):
    """What an import of members is doing just now; kept in core.Job.phase."""

    READING = "reading", _("reading the file")
    TAKING_OVER = "taking_over", _("taking over members")
