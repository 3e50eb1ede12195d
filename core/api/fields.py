"""Fields of bodies, as strict as their schema: no text for numbers, no numbers for text, no time without an offset."""

import re
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.errors import DomainError
from core.masking import FieldClass, show
from core.phones import to_e164
from core.words import listed

LARGEST_MINOR = 10**12  # ten thousand million yuan: far above any order, far below bigint
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Text(serializers.CharField):
    """Text and nothing else; spaces around it are cut off."""

    def __init__(self, *, most: int, required: bool = False, **kwargs: Any) -> None:
        super().__init__(max_length=most, required=required, allow_blank=kwargs.pop("allow_blank", not required), **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Code(serializers.RegexField):
    """A code of stores and programmes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[-a-zA-Z0-9_]+$", max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number, never text, a fraction or a truth value."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Minor(Whole):
    """An amount in minor units, zero or more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LARGEST_MINOR, **kwargs})


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    """One of the codes listed; the refusal lists them."""

    default_error_messages = {"invalid_choice": _('"{input}" is none of these: {choices}.')}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or (data not in self.choices and not (data == "" and self.allow_blank)):
            self.fail("invalid_choice", input=data, choices=listed(filter(None, self.choices)))
        return super().to_internal_value(data)


class Instant(serializers.DateTimeField):
    """RFC 3339 with an offset, between 1970 and 2100."""

    default_error_messages = {
        "no_offset": _("Give the time as RFC 3339 with an offset, as in 2024-05-20T10:00:00+08:00."),
        "out_of_range": _("The time lies outside of 1970 to 2100."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            self.fail("no_offset")
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError:
            self.fail("no_offset")
        if not EARLIEST <= moment < LATEST:
            self.fail("out_of_range")
        return moment.astimezone(UTC)


class Day(serializers.DateField):
    """A date as 1992-06-15, since 1900."""

    default_error_messages = {"out_of_range": _("The date lies outside of 1900 to 2100.")}

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        if not 1900 <= day.year < 2100:
            self.fail("out_of_range")
        return day


class Month(serializers.RegexField):
    """A month as 2022-11; stays text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Clock(serializers.TimeField):
    """A time of day as 09:30."""

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid", format="hh:mm")
        return super().to_internal_value(value)


class Phone(Text):
    """A telephone number as people write it: kept in E.164 form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"most": 40, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            return to_e164(text) if text else ""
        except DomainError as problem:
            raise serializers.ValidationError(str(problem.detail), code="invalid_phone") from None


class SecureUrl(Text):
    """An https address of at most 2,048 characters (MEM-13)."""

    default_error_messages = {"not_https": _("The address must begin with https://.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"most": 2048, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and not re.fullmatch(r"https://[^\s/]+(/\S*)?", text):
            self.fail("not_https")
        return text


class Attributes(serializers.DictField):
    """Free attributes: at most twenty short texts, numbers or truth values by name."""

    default_error_messages = {
        "too_many": _("At most 20 attributes."),
        "not_simple": _("Attributes are short texts, numbers or truth values by a short name."),
    }

    def to_internal_value(self, data: Any) -> dict[Any, Any]:
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        if len(data) > 20:
            self.fail("too_many")
        for name, value in data.items():
            simple = isinstance(value, bool | str) or (isinstance(value, int | float) and abs(value) <= LARGEST_MINOR)
            if not name or len(name) > 40 or not simple or len(str(value)) > 500:
                self.fail("not_simple")
        return data


class Masked(serializers.CharField):
    """Personal data in an answer, as the caller may read it: `context["scope"]` decides."""

    def __init__(self, field_class: FieldClass, **kwargs: Any) -> None:
        self.field_class = field_class
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return show(self.field_class, str(value), self.context["scope"])
