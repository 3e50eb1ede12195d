"""Who did it, in words."""

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from core.backoffice import actors


@pytest.mark.django_db
def test_nobody_is_told_by_a_symbol() -> None:
    staff = User.objects.create(username="op01", first_name="小禾")
    with translation.override("en"):
        assert actors.names([f"staff:{staff.pk}", "client:7", "job:4", "tags", "rfm", ""]) == {
            f"staff:{staff.pk}": "小禾",
            "client:7": "API client 7",
            "job:4": "job 4",
            "tags": "the system",
            "rfm": "the system",
            "": "the system",
        }
