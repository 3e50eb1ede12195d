"""What Django's expressions lack."""

from django.db.models import BooleanField, Func


class IsAny(Func):
    """Whether a value is one of an array: `filter(IsAny(F("pk"), ArraySubquery(...)))`.

    The array is read first and the rows by their index; `pk__in` is planned as a join, after the others where they are many, and may read
    all rows before it.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()
