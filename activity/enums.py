"""Stored symbols of activity: the states of facts mirrored from outside, and the kinds of behaviour."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderStatus(models.TextChoices):
    """CSL-18. Forward only: placed, paid, shipped, received, completed; placed or paid may be cancelled."""

    PLACED = "placed", _("awaiting payment")
    PAID = "paid", _("paid, not shipped")
    SHIPPED = "shipped", _("shipped")
    RECEIVED = "received", _("received")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


class AfterSaleKind(models.TextChoices):
    RETURN = "return", _("return and refund")
    REFUND = "refund", _("refund only")
    EXCHANGE = "exchange", _("exchange")


class AfterSaleStatus(models.TextChoices):
    APPLIED = "applied", _("applied")
    REVIEWING = "reviewing", _("in review")
    APPROVED = "approved", _("approved")
    REFUNDED = "refunded", _("refunded")
    EXCHANGED = "exchanged", _("exchanged")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


class EventKind(models.TextChoices):
    """What people do (DAT-02, GRW-02..07, STO-13). Codes are part of the API and are never renamed."""

    LOGIN = "login", _("login")
    ENTER = "enter", _("entered the shop")
    VIEW = "view", _("viewed")
    CLICK = "click", _("clicked")
    SEARCH = "search", _("searched")
    FAVOURITE = "favourite", _("added to favourites")
    UNFAVOURITE = "unfavourite", _("removed from favourites")
    CART_ADD = "cart_add", _("put in the cart")
    CART_REMOVE = "cart_remove", _("took out of the cart")
    DEAL = "deal", _("closed a deal")
    REVIEW_SUBMITTED = "review.submitted", _("wrote a review")
    REVIEW_APPROVED = "review.approved", _("review approved")
    REVIEW_DELETED = "review.deleted", _("review deleted")
    PHOTO_REVIEW_SUBMITTED = "photo_review.submitted", _("sent a photo review")
    PHOTO_REVIEW_APPROVED = "photo_review.approved", _("photo review approved")
    PHOTO_REVIEW_DELETED = "photo_review.deleted", _("photo review deleted")
    SHARE = "share", _("shared")
    CHECK_IN = "check_in", _("checked in")
    TASK = "task", _("finished a task")
    RESERVATION = "reservation", _("made a reservation")


class ImportPhase(models.TextChoices):
    """What an import of orders is doing just now; kept in core.Job.phase."""

    READING = "reading", _("reading the file")
    MATCHING = "matching", _("matching returns with purchases")
    RECORDING = "recording", _("recording orders")
    REPORTING = "reporting", _("writing the report")


class LineFate(models.TextChoices):
    """What became of the lines of an import file that could be read and were not passed over (sql/imports/fates.sql)."""

    GOODS = "goods", _("goods in orders")
    GIFT_CARDS = "gift_cards", _("gift cards in orders")
    POSTAGE = "postage", _("postage in orders")
    RETURNED = "returned", _("goods sent back")
    POSTAGE_RETURNED = "postage_returned", _("postage sent back")
    NO_GOODS = "no_goods", _("orders without goods, not recorded")
    REFUSED = "refused", _("refused")


class LineRole(models.TextChoices):
    """What a line of an import file is for; one character in the staging table."""

    GOODS = "g", _("goods")
    VIRTUAL = "v", _("virtual goods")
    GIFT_CARD = "c", _("gift card")
    POSTAGE = "p", _("postage")
    FLAW = "x", _("not readable")
