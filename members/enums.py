"""Stored symbols of members."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MemberStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    FROZEN = "frozen", _("frozen")
    MERGED = "merged", _("merged")
    ERASE_PENDING = "erase_pending", _("erasure pending")
    ERASED = "erased", _("erased")


class Gender(models.TextChoices):
    UNKNOWN = "unknown", _("unknown")
    MALE = "male", _("male")
    FEMALE = "female", _("female")


class MaritalStatus(models.TextChoices):
    UNKNOWN = "unknown", _("unknown")
    SINGLE = "single", _("single")
    MARRIED = "married", _("married")


class Provider(models.TextChoices):
    """Who vouches for an identity (OMN-04)."""

    PHONE = "phone", _("phone")
    EMAIL = "email", _("e-mail")
    WECHAT_UNIONID = "wechat_unionid", _("WeChat unionid")
    WECHAT_OPENID = "wechat_openid", _("WeChat openid")
    QQ = "qq", _("QQ")
    ALIPAY = "alipay", _("Alipay")
    TAOBAO = "taobao", _("Taobao")
    IM_WANGWANG = "im_wangwang", _("Wangwang name")
    POS_CARD = "pos_card", _("till card")
    STORE_CUSTOMER = "store_customer", _("store customer number")


STORE_BOUND = (Provider.STORE_CUSTOMER.value, Provider.POS_CARD.value)  # identities a store vouches for by itself


class ConsentPurpose(models.TextChoices):
    """What a member agreed to (PRV-01)."""

    POLICY = "policy", _("privacy policy")
    PROFILE = "profile", _("sensitive profile fields")
    MARKETING = "marketing", _("marketing messages")
    PROFILING = "profiling", _("automatic profiling")
    CHILDREN = "children", _("data on children")
    EXTERNAL_DATA = "external_data", _("data from outside")


class MessageChannel(models.TextChoices):
    SMS = "sms", _("SMS")
    PUSH = "push", _("push")
    EMAIL = "email", _("e-mail")
    WECHAT = "wechat", _("WeChat")
    INBOX = "inbox", _("inbox")


class MessageType(models.TextChoices):
    TRADE = "trade", _("trade")
    MARKETING = "marketing", _("marketing")
    MEMBER = "member", _("membership")
    SYSTEM = "system", _("system")


class MergeCaseState(models.TextChoices):
    OPEN = "open", _("open")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    EXECUTED = "executed", _("executed")
    REVERTED = "reverted", _("reverted")


class MergeReason(models.TextChoices):
    """Why two members may be one person: always weaker than a verified phone or a shared unionid (A-44)."""

    UNVERIFIED_PHONE = "unverified_phone", _("same phone, not verified")
    IDENTITY_OF_ANOTHER = "identity_of_another", _("an identity that belongs to another member")
    NAME_AND_ADDRESS = "name_and_address", _("same name and address")


class AccessAction(models.TextChoices):
    SEARCH = "search", _("search")
    VIEW = "view", _("view")
    REVEAL = "reveal", _("reveal")
    EXPORT = "export", _("export")
    API_READ = "api_read", _("API read")
