"""Bodies in and out. An `In` refuses what it does not know; an `Out` lists its fields one by one."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail


class StrictSerializer(serializers.Serializer[Any]):
    """An unknown name is an error; a name in `ignored` is one that callers may know from answers: left alone, with a warning.

    either: sets of fields of which exactly one is given; for the OpenAPI document, the serializer itself checks it.
    """

    default_error_messages = {"invalid": gettext_lazy("A JSON object is needed here.")}
    ignored: ClassVar[tuple[str, ...]] = ()
    either: ClassVar[tuple[tuple[str, ...], ...]] = ()

    def to_internal_value(self, data: Any) -> Any:
        problems: dict[str, Any] = {}
        if isinstance(data, Mapping):
            for name in data:
                if name not in self.fields and name not in self.ignored:
                    problems[str(name)] = [ErrorDetail(_("There is no such field."), code="unknown_field")]
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            raise serializers.ValidationError({**problems, **_by_field(refused.detail)}) from None
        if problems:
            raise serializers.ValidationError(problems)
        return value

    def warnings(self) -> list[dict[str, str]]:
        """What the body said in vain, one entry a field."""
        if not isinstance(self.initial_data, Mapping):
            return []
        message = _("This field is read only: ignored.")
        return [warning(f"/{name}", "read_only", message) for name in self.initial_data if name in self.ignored]


def _by_field(detail: Any) -> dict[str, Any]:
    return detail if isinstance(detail, dict) else {"non_field_errors": detail}


class QuerySerializer(StrictSerializer):
    """Query parameters of an operation. A parameter nobody declared is an error, so that a slip of the pen never widens an answer."""


class PageQuery(QuerySerializer):
    """Parameters every list has."""

    limit = serializers.IntegerField(default=50, min_value=1, max_value=200, help_text="Rows a page, at most 200.")
    cursor = serializers.CharField(
        required=False,
        max_length=2000,
        help_text="`next_cursor` of the page before, with the same filters; leave it out for the first page.",
    )


def many(shape: type[serializers.Serializer[Any]], **options: Any) -> Any:
    """A list of these, as a field."""
    return shape(many=True, **options)


class OutSerializer(serializers.Serializer[Any]):
    """An answer: what is listed here and nothing else."""


class WarningOut(OutSerializer):
    """What was taken, but not as it was said."""

    pointer = serializers.CharField(help_text="JSON pointer to the field.")
    code = serializers.ChoiceField(
        choices=["read_only", "not_asserted", "beyond_line", "beyond_order"],
        help_text="read_only: decided here. not_asserted: this client may not say what is proved. beyond_line, beyond_order: more than "
        "was left of what had been paid.",
    )
    message = serializers.CharField()


def warning(pointer: str, code: str, message: str) -> dict[str, str]:
    """One entry of an answer's `warnings`."""
    return {"pointer": pointer, "code": code, "message": message}


class FieldProblemOut(OutSerializer):
    pointer = serializers.CharField(required=False, help_text="JSON pointer into the body.")
    parameter = serializers.CharField(required=False, help_text="Name of a query parameter.")
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemOut(OutSerializer):
    """RFC 9457. Further members say what the refusal was about."""

    type = serializers.CharField(help_text="`urn:guanxi:problem:` and the code.")
    title = serializers.CharField(help_text="What kind of refusal it is, in the request's language.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong this time, in the request's language.")
    code = serializers.CharField(help_text="Stable; see docs/api.md.")
    request_id = serializers.CharField(required=False)
    errors = many(FieldProblemOut, required=False)


@cache
def page_of(row: type[serializers.Serializer[Any]]) -> type[OutSerializer]:
    """The envelope of a list of these rows."""
    name = row.__name__.removesuffix("Out") + "PageOut"
    return type(
        name,
        (OutSerializer,),
        {
            "__module__": row.__module__,
            "data": many(row),
            "next_cursor": serializers.CharField(allow_null=True, help_text="Hand it in as `cursor` for the next page; null on the last."),
        },
    )


def pushed(row: type[serializers.Serializer[Any]]) -> type[OutSerializer]:
    """The answer to a batch of these: one entry an item, in the order sent."""
    stem = row.__name__.removesuffix("Out")
    item = type(
        f"{stem}ItemOut",
        (OutSerializer,),
        {
            "__module__": row.__module__,
            "index": serializers.IntegerField(help_text="Place in `items`, from 0."),
            "status": serializers.IntegerField(help_text="What the item alone would have been answered."),
            "result": row(allow_null=True),
            "problem": ProblemOut(allow_null=True),
        },
    )
    return type(
        f"{stem}BatchOut",
        (OutSerializer,),
        {
            "__module__": row.__module__,
            "items": many(item),
            "accepted": serializers.IntegerField(),
            "refused": serializers.IntegerField(),
        },
    )
